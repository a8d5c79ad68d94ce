import { readFile } from 'node:fs/promises'
import { AIR_HU } from '../../shared/geometry/volume.js'
import { inputError } from '../../shared/inputError.js'
import { throwIfCancelled } from '../../shared/medlsamError.js'
import { itkOption, runItk } from '../../imageio/itk/runItk.js'
import { asNumbers, type RawArray } from '../../imageio/voxels.js'
import { openItkDicom } from '../scanFiles/itkPipelines.js'
import { plainValues } from './plainPixels.js'
import type { SliceHeader } from './sliceHeader.js'
import { straighten } from './straighten.js'
import type { SliceStack } from './stackSlices.js'

/** Slices are decoded in parts of about so many bytes, so that memory is bounded by the volume. */
const PART_BYTES = 1 << 25
const MOST_SLICES = 128
/** What the usual 12 bits of CT hold, in HU; padding in this range looks like the air or metal that it is beside. */
const CT_HU = { min: -1024, max: 3071 } as const
const IMAGE_OUTPUT = 0

/** What is told while slices are read. */
export interface ReadHooks {
  readonly signal?: AbortSignal
  readonly onSlices?: (done: number, total: number) => void
}

/**
 * Reads the pixels of a stack, compressed and unusual ones with ITK (`@itk-wasm/dicom`), in HU: each slice with its own rescale slope and
 * intercept. What the file calls padding is air where its value could be no CT. Slices of a tilted gantry are moved
 * over each other.
 * @returns int16 where that is exact, else float32
 * @throws MedlsamError `input` for a slice that cannot be decoded, `cancelled`
 */
export async function readSlices(stack: SliceStack, hooks: ReadHooks = {}): Promise<Int16Array | Float32Array> {
  const { slices, shifts, size } = stack
  const { columns, rows } = slices[0]
  const pixels = columns * rows
  let hu: Int16Array | Float32Array = new Int16Array(pixels * slices.length)
  for (let from = 0; from < slices.length;) {
    throwIfCancelled(hooks.signal)
    hooks.onSlices?.(from, slices.length)
    const part = partFrom(slices, from)
    const values = await valuesOf(part, pixels)
    if (hu instanceof Int16Array && !fitsInt16(values)) hu = Float32Array.from(hu)
    if (values instanceof Int16Array) hu.set(values, from * pixels)
    else for (let i = 0; i < values.length; i++) hu[from * pixels + i] = Number(values[i])
    fillPadding(hu.subarray(from * pixels, (from + part.length) * pixels), part[0])
    from += part.length
  }
  return shifts === null ? hu : straighten(hu, { columns, rows, size, shifts })
}

/** The slices from one on that are decoded together: ITK rescales all as the first. */
function partFrom(slices: readonly SliceHeader[], from: number): readonly SliceHeader[] {
  const first = slices[from]
  let to = from
  for (let bytes = 0; to < slices.length && to - from < MOST_SLICES && bytes < PART_BYTES; to++) {
    if (!areDecodedAlike(slices[to], first)) break
    bytes += Math.max(slices[to].sizeBytes, slices[to].rows * slices[to].columns * 2)
  }
  return slices.slice(from, to)
}

function areDecodedAlike(a: SliceHeader, b: SliceHeader): boolean {
  return (
    a.rescale.slope === b.rescale.slope &&
    a.rescale.inter === b.rescale.inter &&
    a.isSigned === b.isSigned &&
    a.bitsAllocated === b.bitsAllocated &&
    a.bitsStored === b.bitsStored &&
    a.photometric === b.photometric &&
    a.paddingValue === b.paddingValue &&
    a.transferSyntaxUid === b.transferSyntaxUid
  )
}

/** HU of slices, one after the other. */
async function valuesOf(part: readonly SliceHeader[], pixels: number): Promise<RawArray> {
  const bytes = await Promise.all(part.map(bytesOf))
  return plainValues(part, bytes) ?? decode(part, bytes, pixels)
}

async function decode(part: readonly SliceHeader[], bytes: readonly Uint8Array[], pixels: number): Promise<RawArray> {
  const files = new Map(bytes.map((each, index): [string, Uint8Array] => [`/slices/${index}.dcm`, each]))
  const values = await decoded(files)
  if (values?.length === pixels * part.length) return values
  // One by one tells which it is.
  for (const [index, { file }] of part.entries()) {
    const own = part.length === 1 ? null : await decoded(new Map([['/slices/0.dcm', bytes[index]]]))
    if (own?.length !== pixels) throw inputError(file, `The pixels of ${file} cannot be decoded: export it again.`)
  }
  throw inputError(part[0].file, `The slices around ${part[0].file} cannot be decoded together: export them again.`)
}

async function bytesOf({ file, sizeBytes }: SliceHeader): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw inputError(file, `${file} cannot be read: check that it is still there.`, error)
  })
  if (bytes.length === sizeBytes) return bytes
  throw inputError(file, `${file} changed while it was read: try again when it is complete.`)
}

/** Numbers of the slices in HU, one slice after the other; null where ITK fails, or has to guess. */
async function decoded(files: ReadonlyMap<string, Uint8Array>): Promise<RawArray | null> {
  const printed: string[] = []
  const itk = await openItkDicom((text) => printed.push(text))
  const args = [
    String(IMAGE_OUTPUT),
    String(IMAGE_OUTPUT + 1),
    itkOption('input-images'),
    ...files.keys(),
    itkOption('single-sorted-series'),
  ]
  const image = runItk(itk, { files, args, imageOutput: IMAGE_OUTPUT })
  if (image?.components !== 1 || printed.some(saysCut)) return null
  return asNumbers(image.bytes, image.dtype, true)
}

/** What GDCM and its decoders print where compressed pixels end too early and the rest is filled in. */
function saysCut(text: string): boolean {
  return /premature|truncated|corrupt|unexpected end|could not (read|decode)/i.test(text)
}

function fitsInt16(values: RawArray): boolean {
  if (values instanceof Int16Array || values instanceof Int8Array || values instanceof Uint8Array) return true
  for (const each of values) {
    const value = Number(each)
    if (value < -32768 || value > 32767 || Math.floor(value) !== value) return false
  }
  return true
}

function fillPadding(hu: Int16Array | Float32Array, { paddingValue, rescale }: SliceHeader): void {
  if (paddingValue === null) return
  const paddedHu = Math.fround(paddingValue * rescale.slope + rescale.inter)
  if (paddedHu >= CT_HU.min && paddedHu <= CT_HU.max) return
  for (let i = 0; i < hu.length; i++) if (hu[i] === paddedHu) hu[i] = AIR_HU
}
