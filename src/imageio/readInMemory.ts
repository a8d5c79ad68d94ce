import type { Affine } from '../shared/geometry/affine.js'
import type { Size3 } from '../shared/geometry/points.js'
import { inputError } from '../shared/inputError.js'
import { MedlsamError } from '../shared/medlsamError.js'
import { formatOf } from '../shared/scanNames.js'
import type { OpenItk } from './itk/itkModule.js'
import { pairImageNames } from './companionFiles.js'
import { isGzip, memoryFiles, type StoredFiles } from './memoryFiles.js'
import { firstNiftiBytes } from './nifti/firstNiftiBytes.js'
import { niftiHeaderText, parseNiftiHeader } from './nifti/niftiHeader.js'
import { textOf } from './text/textHeader.js'
import { readTextHeader } from './text/textImage.js'
import { readTextVoxels } from './text/textVoxels.js'
import { asNumbers, DTYPE_BYTES, type Dtype, type RawArray, type Scaling } from './voxels.js'

/** What may follow the voxels a header promises before packed data counts as damaged. */
const SLACK_BYTES = 1 << 16

/** An image in memory. */
export interface MemoryImage {
  /** All files that it consists of. */
  readonly files: StoredFiles
  /** The name of the first, by which the format goes. */
  readonly name: string
  /** The most its voxels may take. */
  readonly maxBytes: number
  /** Null to read without ITK. */
  readonly openItk: OpenItk | null
  /** Which volume of a 4D image, from 0; the first when absent. */
  readonly timePoint?: number | undefined
}

/** One volume of an image as stored, and where it is. */
export interface ReadImage {
  readonly raw: RawArray
  readonly size: Size3
  readonly affine: Affine
  readonly scaling: Scaling
  readonly warnings: readonly string[]
  readonly dtype: Dtype
  /** Volumes in the file; 1 unless it is 4D. */
  readonly timePoints: number
  /** What the header says, in its own words. */
  readonly headerText: string
}

/**
 * Reads one volume of an image that is in memory, with the parsers and rules of every other reading.
 * @throws MedlsamError `input` with one sentence about what is wrong
 */
export async function readInMemory(image: MemoryImage): Promise<ReadImage> {
  const { name } = image
  const bytes = image.files.get(name)
  if (bytes === undefined || bytes.length === 0) throw inputError(name, `${name} is empty: copy or export it again.`)
  const format = formatOf(name)
  switch (format) {
    case 'nifti':
      return readNifti(image, isGzip(bytes))
    case 'nrrd':
    case 'meta': {
      if (isGzip(bytes))
        throw inputError(name, `${name} is packed as a whole (gzip), which its name does not say: unpack it first.`)
      const files = memoryFiles(image.files, name)
      const text = await readTextHeader((length) => files.start(name, length), name, format)
      checkFits(image, text.size, text.dtype)
      const timePoint = checkedTimePoint(image, text.timePoints)
      const raw = await readTextVoxels({ image: text, name, files, openItk: image.openItk }, timePoint)
      const { size, affine, scaling, warnings, dtype, timePoints } = text
      const headerText = textOf(bytes.subarray(0, text.headerBytes)).trimEnd()
      return { raw, size, affine, scaling, warnings, dtype, timePoints, headerText }
    }
    case null:
      throw inputError(name, `${name} is of no known kind: name a .nii, .nii.gz, .nrrd or .mha file.`)
  }
}

async function readNifti(image: MemoryImage, isHeaderPacked: boolean): Promise<ReadImage> {
  const { files: stored, name } = image
  const files = memoryFiles(stored, name)
  const header = parseNiftiHeader(await firstNiftiBytes(files, name, isHeaderPacked), name)
  const { size, dtype, timePoints } = header
  checkFits(image, size, dtype)
  const voxels = header.isPair ? pairImageOf(image) : name
  const isPacked = isGzip(await files.start(voxels, 2))
  const into = new Uint8Array(size[0] * size[1] * size[2] * DTYPE_BYTES[dtype])
  const from = header.offsetBytes + checkedTimePoint(image, timePoints) * into.length
  const end = from + into.length
  let position = 0
  for await (const chunk of files.chunks(voxels, 0, isPacked)) {
    const part = chunk.subarray(Math.max(0, from - position), Math.max(0, end - position))
    if (part.length > 0) into.set(part, Math.max(0, position - from))
    position += chunk.length
    // The checksum at the end is checked where the data should end with this volume.
    if (position >= end && (!isPacked || timePoints > 1)) break
    if (position > end + SLACK_BYTES)
      throw inputError(name, `${voxels} holds more data than its header promises: it is damaged, so export it again.`)
  }
  if (position < end)
    throw inputError(
      name,
      `${voxels} is cut off: it holds fewer voxels than its header promises, so copy or export it again.`,
    )
  const { affine, scaling, warnings } = header
  const raw = asNumbers(into, dtype, header.littleEndian)
  return { raw, size, affine, scaling, warnings, dtype, timePoints, headerText: niftiHeaderText(header.bytes) }
}

function checkedTimePoint({ name, timePoint = 0 }: MemoryImage, timePoints: number): number {
  if (timePoint >= 0 && timePoint < timePoints) return timePoint
  throw inputError(name, `${name} has ${timePoints} time points: there is none of number ${timePoint}.`)
}

/** The name of the voxels that belong to the header of a pair. @throws MedlsamError `input` when they are not there */
function pairImageOf({ files, name }: MemoryImage): string {
  const names = pairImageNames(name)
  const voxels = names.find((each) => files.has(each))
  if (voxels !== undefined) return voxels
  throw inputError(name, `${name} is one half of a pair, and ${names[0]} is missing: put both in one folder.`)
}

function checkFits({ name, maxBytes, files }: MemoryImage, size: Size3, dtype: Dtype): void {
  const needsBytes = size[0] * size[1] * size[2] * DTYPE_BYTES[dtype]
  const present = [...files.values()].reduce((sum, { length }) => sum + length, 0)
  if (Math.max(needsBytes, present) <= maxBytes) return
  throw new MedlsamError('input', `The ${size.join(' x ')} voxels of ${name} need too much memory.`, name, {
    remedy: { option: 'maxBytes', needsBytes },
  })
}
