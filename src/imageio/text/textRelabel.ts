import type { LabelArray } from '../../shared/labelEdit/voxelRuns.js'
import type { BoxVoxel, Structure } from '../../shared/structure.js'
import { dtypeThatHolds, labelBytes } from '../labelBytes.js'
import { DTYPE_BYTES, type Dtype } from '../voxels.js'
import { withSegments } from './slicerSegments.js'
import type { TextImage } from './textImage.js'

/** What a label map is to hold. */
export interface NewLabels {
  readonly labels: LabelArray
  readonly largest: number
  readonly structures: readonly Structure[]
  /** Where each label value lies in the volume, in voxels as stored. */
  readonly extents: ReadonlyMap<number, BoxVoxel>
}

/** What both formats call the number formats that a label map may change to. */
const TYPES: Partial<Record<Dtype, { readonly nrrd: string; readonly meta: string }>> = {
  uint8: { nrrd: 'unsigned char', meta: 'MET_UCHAR' },
  uint16: { nrrd: 'unsigned short', meta: 'MET_USHORT' },
  uint32: { nrrd: 'unsigned int', meta: 'MET_UINT' },
}

/**
 * The bytes of an NRRD or MetaImage file with other labels. Its header stays as it is but for what describes the voxels,
 * and the names and colours of segments as 3D Slicer writes them. Numbers that were written out are packed.
 * @param start the header as stored, with what ends it
 * @param pack gzip for NRRD, zlib for MetaImage
 */
export async function relabelledText(
  start: Uint8Array,
  image: TextImage,
  next: NewLabels,
  pack: (bytes: Uint8Array) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const dtype = dtypeThatHolds(image.dtype, next.largest)
  const plain = labelBytes(next.labels, dtype, image.littleEndian)
  const isPacked = image.encoding !== 'raw'
  const voxels = isPacked ? await pack(plain) : plain
  const lines = binaryText(start).split(/(?<=\n)/)
  const stored = { image, dtype, packedBytes: isPacked ? voxels.length : null }
  const header = image.format === 'nrrd' ? nrrdLines(lines, stored, next) : metaLines(lines, stored)
  const head = Uint8Array.from(header.join(''), (letter) => letter.charCodeAt(0))
  const bytes = new Uint8Array(head.length + voxels.length)
  bytes.set(head)
  bytes.set(voxels, head.length)
  return bytes
}

/** How voxels are stored now. */
interface Stored {
  readonly image: TextImage
  readonly dtype: Dtype
  /** Null where they are not packed. */
  readonly packedBytes: number | null
}

function nrrdLines(lines: readonly string[], { image, dtype, packedBytes }: Stored, next: NewLabels): string[] {
  const newline = lines[0].endsWith('\r\n') ? '\r\n' : '\n'
  const type = dtype === image.dtype ? undefined : TYPES[dtype]?.nrrd
  const needsEndian = DTYPE_BYTES[dtype] > 1 && !lines.some((line) => /^endian:/i.test(line))
  const changed = lines
    .filter((line) => !/^(line ?skip|byte ?skip):/i.test(line))
    .map((line) => {
      if (/^type:/i.test(line) && type !== undefined)
        return `type: ${type}${newline}${needsEndian ? `endian: little${newline}` : ''}`
      return /^encoding:/i.test(line) && packedBytes !== null ? `encoding: gzip${newline}` : line
    })
  return withSegments(changed, next.structures, next.extents, newline)
}

function metaLines(lines: readonly string[], { image, dtype, packedBytes }: Stored): string[] {
  const newline = lines[0].endsWith('\r\n') ? '\r\n' : '\n'
  const type = dtype === image.dtype ? undefined : TYPES[dtype]?.meta
  const isOfPacking = (line: string): boolean =>
    /^\s*(CompressedData|CompressedDataSize|BinaryData|HeaderSize)\s*[=:]/i.test(line)
  const packing =
    packedBytes === null
      ? ['BinaryData = True']
      : ['BinaryData = True', 'CompressedData = True', `CompressedDataSize = ${packedBytes}`]
  return lines
    .filter((line) => !isOfPacking(line))
    .flatMap((line) => {
      if (/^\s*ElementType\s*[=:]/i.test(line) && type !== undefined) return [`ElementType = ${type}${newline}`]
      // It ends the header, and so must stay the last line.
      return /^\s*ElementDataFile\s*[=:]/i.test(line) ? [...packing.map((one) => `${one}${newline}`), line] : [line]
    })
}

/** One letter for each byte: text in any code stays what it is. */
function binaryText(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes)
}
