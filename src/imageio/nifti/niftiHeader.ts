import { NIFTI1, NIFTI2, isNIFTI1, isNIFTI2 } from 'nifti-reader-js'
import type { PointMm, Size3 } from '../../shared/geometry/points.js'
import { applyAffine, determinant, spacingMm, type Affine } from '../../shared/geometry/affine.js'
import { checkAffine, checkSize, checkSpacing, isSpacing } from '../checkGeometry.js'
import { inputError } from '../../shared/inputError.js'
import { closestRas } from '../../shared/geometry/orient.js'
import { NO_SCALING, type Dtype, type Scaling } from '../voxels.js'
import { CHECK_SIDES } from '../../shared/warningTexts.js'

/** Bytes of the longer of the two headers: as much as needs inflating to know what a file is. */
export const NIFTI_HEADER_BYTES = 540

const TRANSFORM_TOLERANCE_MM = 1

/** A NIfTI header, checked. */
export interface NiftiHeader {
  /** Its bytes as stored: 348 for NIfTI-1, 540 for NIfTI-2. */
  readonly bytes: Uint8Array
  readonly littleEndian: boolean
  readonly size: Size3
  readonly timePoints: number
  readonly dtype: Dtype
  readonly affine: Affine
  readonly spacingMm: PointMm
  readonly scaling: Scaling
  /** Whether the voxels are in an `.img` file of their own. */
  readonly isPair: boolean
  readonly offsetBytes: number
  readonly warnings: readonly string[]
}

const DTYPES: ReadonlyMap<number, Dtype> = new Map([
  [NIFTI1.TYPE_INT8, 'int8'],
  [NIFTI1.TYPE_UINT8, 'uint8'],
  [NIFTI1.TYPE_INT16, 'int16'],
  [NIFTI1.TYPE_UINT16, 'uint16'],
  [NIFTI1.TYPE_INT32, 'int32'],
  [NIFTI1.TYPE_UINT32, 'uint32'],
  [NIFTI1.TYPE_INT64, 'int64'],
  [NIFTI1.TYPE_UINT64, 'uint64'],
  [NIFTI1.TYPE_FLOAT32, 'float32'],
  [NIFTI1.TYPE_FLOAT64, 'float64'],
])

const TYPE_RGBA32 = 2304
const UNUSABLE: ReadonlyMap<number, string> = new Map([
  [NIFTI1.TYPE_RGB24, 'colours (RGB)'],
  [TYPE_RGBA32, 'colours (RGBA)'],
  [NIFTI1.TYPE_COMPLEX64, 'complex numbers'],
  [NIFTI1.TYPE_COMPLEX128, 'complex numbers'],
  [NIFTI1.TYPE_COMPLEX256, 'complex numbers'],
  [NIFTI1.TYPE_FLOAT128, '128-bit numbers'],
  [NIFTI1.TYPE_BINARY, 'single bits'],
])

/**
 * Reads and checks a NIfTI-1 or NIfTI-2 header, of either byte order.
 * @param bytes the start of the (inflated) file, {@link NIFTI_HEADER_BYTES} of it where there are so many
 * @throws MedlsamError `input` with one sentence about what is wrong
 */
export function parseNiftiHeader(bytes: Uint8Array, file: string): NiftiHeader {
  const { raw, bytes: own } = readFields(bytes, file)
  const isNifti2 = raw instanceof NIFTI2
  const size = sizeOf(raw, file)
  const warnings: string[] = []

  const unusable = UNUSABLE.get(raw.datatypeCode)
  if (unusable !== undefined)
    throw inputError(file, `The voxels of ${file} are ${unusable}, not the single numbers of a CT: choose a CT scan.`)
  const dtype = DTYPES.get(raw.datatypeCode)
  if (dtype === undefined)
    throw inputError(
      file,
      `The header of ${file} gives the unknown voxel type ${raw.datatypeCode}: it is damaged, so export the scan again.`,
    )

  const toMm = unitToMm(raw.xyzt_units & NIFTI1.SPATIAL_UNITS_MASK, file, warnings)
  const steps = stepsOf(raw, toMm, file, warnings)
  const affine = chooseAffine({ raw, bytes: own, size, toMm, steps }, file, warnings)
  checkAffine(file, affine)

  // "ni1" or "ni2" instead of "n+1" or "n+2".
  const isPair = own[isNifti2 ? 5 : 345] === 0x69
  const smallest = isPair ? 0 : isNifti2 ? 544 : 352
  const offset = raw.vox_offset === 0 ? smallest : raw.vox_offset
  if (!Number.isSafeInteger(offset) || offset < smallest || offset > 2 ** 31) {
    throw inputError(
      file,
      `The header of ${file} says that its voxels begin at byte ${offset}, which cannot be: it is damaged, so export the scan again.`,
    )
  }
  return {
    bytes: own,
    littleEndian: raw.littleEndian,
    size,
    timePoints: raw.dims[0] >= 4 ? raw.dims[4] : 1,
    dtype,
    affine,
    spacingMm: spacingMm(affine),
    scaling: scalingOf(raw.scl_slope, raw.scl_inter),
    isPair,
    offsetBytes: offset,
    warnings,
  }
}

/** The fields that say something about an image, as the library names them. */
const FIELDS = [
  'littleEndian',
  'dims',
  'pixDims',
  'datatypeCode',
  'numBitsPerVoxel',
  'xyzt_units',
  'vox_offset',
  'scl_slope',
  'scl_inter',
  'cal_min',
  'cal_max',
  'intent_code',
  'intent_p1',
  'intent_p2',
  'intent_p3',
  'intent_name',
  'qform_code',
  'sform_code',
  'quatern_b',
  'quatern_c',
  'quatern_d',
  'qoffset_x',
  'qoffset_y',
  'qoffset_z',
  'affine',
  'toffset',
  'description',
  'aux_file',
] as const
/** Texts in a header are filled up with zeros. */
const UNPRINTABLE = /\p{Cc}/gu

/** What a header that was parsed says, field by field, a line each. */
export function niftiHeaderText(bytes: Uint8Array): string {
  const { raw } = readFields(bytes, '')
  return FIELDS.flatMap((name) => {
    const value: unknown = raw[name]
    const text = Array.isArray(value) ? value.flat().map(String).join(' ') : String(value)
    const shown = text.replaceAll(UNPRINTABLE, '').trim()
    return shown === '' ? [] : [`${name} = ${shown}`]
  }).join('\n')
}

/** Finds out which of the two headers it is and lets the library read its fields. */
function readFields(bytes: Uint8Array, file: string): { raw: NIFTI1 | NIFTI2; bytes: Uint8Array } {
  const copy = (length: number): ArrayBuffer => Uint8Array.from(bytes.subarray(0, length)).buffer
  if (bytes.length < 348)
    throw inputError(
      file,
      `${file} is too short to be a scan: it holds ${bytes.length} bytes, so copy or export it again.`,
    )
  const start = copy(NIFTI_HEADER_BYTES)
  const version = isNIFTI1(start, true) ? 1 : isNIFTI2(start, true) ? 2 : null
  if (version === null)
    throw inputError(file, `${file} is not a NIfTI file (its magic number is wrong): export the scan as NIfTI again.`)
  if (version === 2 && bytes.length < NIFTI_HEADER_BYTES)
    throw inputError(file, `${file} ends within its header: copy or export it again.`)
  // Only the header itself is handed over: with more, the library also walks extensions, which may be corrupt.
  const own = copy(version === 1 ? 348 : NIFTI_HEADER_BYTES)
  const raw = version === 1 ? new NIFTI1() : new NIFTI2()
  try {
    raw.readHeader(own)
  } catch (error) {
    throw inputError(
      file,
      `${file} is not a NIfTI file (its header length is wrong): export the scan as NIfTI again.`,
      error,
    )
  }
  return { raw, bytes: new Uint8Array(own) }
}

function sizeOf(raw: NIFTI1 | NIFTI2, file: string): Size3 {
  const count = raw.dims[0]
  if (!(count >= 1 && count <= 7))
    throw inputError(file, `The header of ${file} gives ${count} dimensions: it is damaged, so export the scan again.`)
  if (count < 3) throw inputError(file, `${file} is a ${count}D image, not a volume: choose a 3D scan.`)
  const size = checkSize(file, raw.dims.slice(1, 4))
  checkSize(file, raw.dims.slice(1, count + 1))
  const beyond = raw.dims.slice(5, count + 1).find((n) => n > 1)
  if (beyond !== undefined)
    throw inputError(file, `The voxels of ${file} are vectors, not the single numbers of a CT: choose a CT scan.`)
  return size
}

function unitToMm(code: number, file: string, warnings: string[]): number {
  switch (code) {
    case NIFTI1.UNITS_METER:
      return 1000
    case NIFTI1.UNITS_MICRON:
      return 0.001
    case NIFTI1.UNITS_MM:
    case NIFTI1.UNITS_UNKNOWN:
      return 1
    default:
      warnings.push(`The header of ${file} gives the unknown unit of length ${code}; millimetres are assumed.`)
      return 1
  }
}

/**
 * Voxel sizes as the header gives them beside its positions. A sign means nothing (nibabel drops it too), and sizes that
 * cannot be do no harm where the sform has its own: both are warnings.
 * @returns null where they cannot be and the sform is used
 * @throws MedlsamError `input` where they cannot be and are needed
 */
function stepsOf(raw: NIFTI1 | NIFTI2, toMm: number, file: string, warnings: string[]): PointMm | null {
  const [x, y, z] = raw.pixDims.slice(1, 4)
  const steps: PointMm = [Math.abs(x), Math.abs(y), Math.abs(z)]
  const inMm = steps.map((step) => step * toMm)
  const given = `voxel sizes of ${[x, y, z].map((step) => Number(step.toPrecision(6))).join(' x ')}`
  if (raw.sform_code > 0 && !isSpacing(inMm)) {
    warnings.push(`The header of ${file} gives ${given}, which cannot be; those of its sform are used.`)
    return null
  }
  checkSpacing(file, inMm)
  if ([x, y, z].some((step) => step < 0)) warnings.push(`The header of ${file} gives ${given}; the sign is ignored.`)
  return steps
}

function scalingOf(slope: number, inter: number): Scaling {
  if (slope === 0 || !Number.isFinite(slope)) return NO_SCALING
  return { slope, inter: Number.isFinite(inter) ? inter : 0 }
}

/** The twelve numbers of the sform, which the library does not show when it prefers the qform. */
function sformRows(bytes: Uint8Array, raw: NIFTI1 | NIFTI2): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return Array.from({ length: 12 }, (_, i) =>
    raw instanceof NIFTI2
      ? view.getFloat64(400 + 8 * i, raw.littleEndian)
      : view.getFloat32(280 + 4 * i, raw.littleEndian),
  )
}

/** What of a header decides where its voxels are. */
interface PlacedHeader {
  readonly raw: NIFTI1 | NIFTI2
  readonly bytes: Uint8Array
  readonly size: Size3
  /** Factor from the header's unit of length to mm. */
  readonly toMm: number
  /** Voxel sizes in the header's unit; null when they cannot be. */
  readonly steps: PointMm | null
}

/** sform where its code is set, else qform, else the spacing alone; says so when the two forms disagree. */
function chooseAffine({ raw, bytes, size, toMm, steps }: PlacedHeader, file: string, warnings: string[]): Affine {
  const sform = raw.sform_code > 0 ? toAffine(sformRows(bytes, raw), toMm) : null
  const qform = raw.qform_code > 0 && steps !== null ? toAffine(qformRows(raw, steps), toMm) : null
  if (sform !== null && qform !== null) {
    const difference = describeDifference(sform, qform, size)
    if (difference !== null)
      warnings.push(
        `The two positions in the header of ${file} (sform and qform) ${difference}; the sform is used, so ${CHECK_SIDES}.`,
      )
  }
  if (sform !== null) return sform
  if (qform !== null) return qform
  warnings.push(
    `The header of ${file} does not say how the patient lies (neither sform nor qform is set); right, anterior, superior is assumed, so ${CHECK_SIDES}.`,
  )
  const [x, y, z] = steps ?? [1, 1, 1]
  return toAffine([x, 0, 0, 0, 0, y, 0, 0, 0, 0, z, 0], toMm)
}

function toAffine(rows: readonly number[], toMm: number): Affine {
  const [a, b, c, d, e, f, g, h, i, j, k, l] = rows.map((value) => value * toMm)
  return [a, b, c, d, e, f, g, h, i, j, k, l, 0, 0, 0, 1]
}

/**
 * Rows of the qform (NIfTI-1 standard, method 2). The library's own fails for turns of 180 degrees,
 * where rounding makes its quaternion longer than 1.
 */
function qformRows(raw: NIFTI1 | NIFTI2, steps: PointMm): readonly number[] {
  let [b, c, d] = [raw.quatern_b, raw.quatern_c, raw.quatern_d]
  const square = b * b + c * c + d * d
  let a = 0
  if (1 - square < 1e-7) {
    const length = Math.sqrt(square)
    ;[b, c, d] = [b / length, c / length, d / length]
  } else a = Math.sqrt(1 - square)
  const [x, y, z] = [steps[0], steps[1], steps[2] * (raw.pixDims[0] < 0 ? -1 : 1)]
  return [
    (a * a + b * b - c * c - d * d) * x,
    2 * (b * c - a * d) * y,
    2 * (b * d + a * c) * z,
    raw.qoffset_x,
    2 * (b * c + a * d) * x,
    (a * a + c * c - b * b - d * d) * y,
    2 * (c * d - a * b) * z,
    raw.qoffset_y,
    2 * (b * d - a * c) * x,
    2 * (c * d + a * b) * y,
    (a * a + d * d - b * b - c * c) * z,
    raw.qoffset_z,
  ]
}

/** How two affines of one volume disagree, or null when they agree within {@link TRANSFORM_TOLERANCE_MM}. */
function describeDifference(sform: Affine, qform: Affine, size: Size3): string | null {
  const sides = (m: Affine): string => JSON.stringify(closestRas(m))
  if (determinant(sform) * determinant(qform) < 0 || sides(sform) !== sides(qform))
    return 'disagree about the sides of the patient'
  let farthest = 0
  for (let corner = 0; corner < 8; corner++) {
    const at: PointMm = [corner & 1 ? size[0] - 1 : 0, corner & 2 ? size[1] - 1 : 0, corner & 4 ? size[2] - 1 : 0]
    const [p, q] = [applyAffine(sform, at), applyAffine(qform, at)]
    farthest = Math.max(farthest, Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]))
  }
  return farthest > TRANSFORM_TOLERANCE_MM ? `are up to ${farthest.toFixed(1)} mm apart` : null
}
