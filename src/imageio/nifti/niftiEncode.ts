import { determinant, spacingMm, type Affine } from '../../shared/geometry/affine.js'
import type { SourceGeometry, VoxelArray } from '../../shared/geometry/volume.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { swapBytes } from '../voxels.js'

/** NIfTI code and bits of the number formats that are written. */
const TYPES = {
  uint8: { code: 2, bits: 8 },
  uint16: { code: 512, bits: 16 },
  uint32: { code: 768, bits: 32 },
  int16: { code: 4, bits: 16 },
  float32: { code: 16, bits: 32 },
} as const

/** The header says what a volume is in its intent and description. */
const KINDS = {
  labels: { intent: 1002, text: 'MedLSAM label map' },
  scan: { intent: 0, text: 'MedLSAM scan' },
} as const

/** A header to write, extension flag included, and the byte order its voxels must have. */
interface HeaderToWrite {
  readonly bytes: Uint8Array
  readonly littleEndian: boolean
}

/**
 * The bytes of a NIfTI file with voxels on a scan's grid, not packed. The same voxels give the same bytes.
 * @param file for messages
 * @throws MedlsamError `output` when it cannot be a NIfTI file, `internal` when voxels and grid differ in size
 */
export function encodeNifti(
  file: string,
  data: VoxelArray,
  geometry: SourceGeometry,
  kind: keyof typeof KINDS,
): Uint8Array<ArrayBuffer> {
  const [header, voxels] = niftiParts(file, data, geometry, kind)
  const bytes = new Uint8Array(header.length + voxels.length)
  bytes.set(header)
  bytes.set(voxels, header.length)
  return bytes
}

/**
 * The same in two pieces, header and voxels, which are a view on `data` where its byte order may stay.
 * @throws as {@link encodeNifti}
 */
export function niftiParts(
  file: string,
  data: VoxelArray,
  geometry: SourceGeometry,
  kind: keyof typeof KINDS,
): readonly [Uint8Array, Uint8Array] {
  const { size } = geometry
  if (data.length !== size[0] * size[1] * size[2]) {
    throw new MedlsamError(
      'internal',
      `${file} was to hold ${size.join(' x ')} voxels but got ${data.length}; please report this.`,
      file,
    )
  }
  if (geometry.niftiHeader?.length !== 540 && size.some((n) => n > 32767)) {
    throw new MedlsamError(
      'output',
      `${file} cannot be written: an axis of more than 32767 voxels does not fit into NIfTI-1.`,
      file,
    )
  }
  const header = headerOnGrid(geometry, dtypeOf(data), kind)
  const stored = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  if (header.littleEndian) return [header.bytes, stored]
  const swapped = stored.slice()
  swapBytes(swapped, data.BYTES_PER_ELEMENT as 1 | 2 | 4)
  return [header.bytes, swapped]
}

function dtypeOf(data: VoxelArray): keyof typeof TYPES {
  if (data instanceof Int16Array) return 'int16'
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Uint8Array) return 'uint8'
  return data instanceof Uint16Array ? 'uint16' : 'uint32'
}

/**
 * The NIfTI header of a new volume on a scan's grid: position, orientation, codes and units of the scan
 * bit for bit, in its version and byte order; what describes the voxels is new. Free text of the scan,
 * which may name the patient, is not carried over.
 */
function headerOnGrid(geometry: SourceGeometry, dtype: keyof typeof TYPES, kind: keyof typeof KINDS): HeaderToWrite {
  const source = geometry.niftiHeader ?? newHeader(geometry)
  const isNifti2 = source.length === 540
  const bytes = new Uint8Array(source.length + 4)
  bytes.set(source)
  const view = new DataView(bytes.buffer)
  const little = view.getInt32(0, true) === source.length
  const dims = [3, ...geometry.size, 1, 1, 1, 1]
  const { code, bits } = TYPES[dtype]
  const { intent, text } = KINDS[kind]
  if (isNifti2) {
    bytes.set([0x6e, 0x2b, 0x32], 4)
    view.setInt16(12, code, little)
    view.setInt16(14, bits, little)
    for (const [i, n] of dims.entries()) view.setBigInt64(16 + 8 * i, BigInt(n), little)
    bytes.fill(0, 80, 104)
    view.setBigInt64(168, 544n, little)
    view.setFloat64(176, 1, little)
    bytes.fill(0, 184, 208)
    bytes.fill(0, 240, 344)
    bytes.set(new TextEncoder().encode(text), 240)
    view.setInt32(504, intent, little)
    bytes.fill(0, 508, 524)
  } else {
    bytes.fill(0, 4, 39)
    for (const [i, n] of dims.entries()) view.setInt16(40 + 2 * i, n, little)
    bytes.fill(0, 56, 68)
    view.setInt16(68, intent, little)
    view.setInt16(70, code, little)
    view.setInt16(72, bits, little)
    view.setFloat32(108, 352, little)
    view.setFloat32(112, 1, little)
    bytes.fill(0, 116, 120)
    bytes.fill(0, 124, 132)
    bytes.fill(0, 140, 252)
    bytes.set(new TextEncoder().encode(text), 148)
    bytes.fill(0, 328, 344)
    bytes.set([0x6e, 0x2b, 0x31, 0], 344)
  }
  return { bytes, littleEndian: little }
}

/** A NIfTI-1 header for a scan that came without one: sform, and qform too where the affine is rigid. */
function newHeader({ affine }: SourceGeometry): Uint8Array {
  const bytes = new Uint8Array(348)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, 348, true)
  const spacing = spacingMm(affine)
  const qfac = determinant(affine) < 0 ? -1 : 1
  for (const [i, value] of [qfac, ...spacing, 1, 1, 1, 1].entries()) view.setFloat32(76 + 4 * i, value, true)
  bytes[123] = 2
  const quaternion = quaternionOf(affine, qfac)
  if (quaternion !== null) {
    view.setInt16(252, 1, true)
    for (const [i, value] of quaternion.entries()) view.setFloat32(256 + 4 * i, value, true)
    for (const [i, value] of [affine[3], affine[7], affine[11]].entries()) view.setFloat32(268 + 4 * i, value, true)
  }
  view.setInt16(254, 1, true)
  for (const [i, value] of affine.slice(0, 12).entries()) view.setFloat32(280 + 4 * i, value, true)
  return bytes
}

/** b, c, d of the unit quaternion of an affine's rotation (NIfTI-1 standard), or null when it is sheared. */
function quaternionOf(m: Affine, qfac: 1 | -1): readonly [number, number, number] | null {
  const [sx, sy, sz] = spacingMm(m)
  const column = (axis: 0 | 1 | 2, length: number): [number, number, number] => [
    m[axis] / length,
    m[4 + axis] / length,
    m[8 + axis] / length,
  ]
  const [x, y, z] = [column(0, sx), column(1, sy), column(2, qfac * sz)]
  const dot = (p: readonly number[], q: readonly number[]): number => p[0] * q[0] + p[1] * q[1] + p[2] * q[2]
  if (Math.max(Math.abs(dot(x, y)), Math.abs(dot(y, z)), Math.abs(dot(x, z))) > 1e-5) return null
  // The largest of the four components is found first, so that no small number is divided by.
  const squares = [1 + x[0] + y[1] + z[2], 1 + x[0] - y[1] - z[2], 1 - x[0] + y[1] - z[2], 1 - x[0] - y[1] + z[2]]
  const largest = squares.indexOf(Math.max(...squares))
  const s = Math.sqrt(squares[largest]) * 2
  const [ya, za, xa] = [y[2] - z[1], z[0] - x[2], x[1] - y[0]]
  const [xy, xz, yz] = [x[1] + y[0], z[0] + x[2], y[2] + z[1]]
  const components = [
    [s / 4, ya / s, za / s, xa / s],
    [ya / s, s / 4, xy / s, xz / s],
    [za / s, xy / s, s / 4, yz / s],
    [xa / s, xz / s, yz / s, s / 4],
  ][largest]
  const sign = components[0] < 0 ? -1 : 1
  return [sign * components[1], sign * components[2], sign * components[3]]
}
