import { inputError } from '../../shared/inputError.js'
import type { Size3 } from '../../shared/geometry/points.js'
import { checkAffine, checkSize } from '../imageHeader.js'
import { DTYPE_BYTES } from '../voxels.js'
import { parseMetaHeader } from './metaHeader.js'
import { parseNrrdHeader } from './nrrdHeader.js'
import type { TextHeader } from './textHeader.js'

/** No text header is longer; what follows is voxels. */
export const TEXT_HEADER_BYTES = 1 << 16

/** A text header of a 3D or 4D image of single numbers, checked. */
export interface TextImage extends TextHeader {
  readonly size: Size3
  /** Volumes in the file; 1 unless it is 4D. */
  readonly timePoints: number
}

/**
 * Reads and checks the header of an NRRD or MetaImage file. They are read here and not through ITK, which
 * takes corrupt data for zeros, prints on stdout and needs all of a file in its own memory to tell its size.
 * @param start the beginning of the file, {@link TEXT_HEADER_BYTES} of it where there are so many
 * @throws MedlsamError `input` with one sentence about what is wrong
 */
export function parseTextImage(start: Uint8Array, file: string, format: 'nrrd' | 'meta'): TextImage {
  const header = format === 'nrrd' ? parseNrrdHeader(start, file) : parseMetaHeader(start, file)
  if (header.components !== 1)
    throw inputError(
      file,
      `The voxels of ${file} are vectors or colours, not the single numbers of a CT: choose a CT scan.`,
    )
  if (header.sizes.length < 3)
    throw inputError(file, `${file} is a ${header.sizes.length}D image, not a volume: choose a 3D scan.`)
  if (header.sizes.length > 4)
    throw inputError(file, `${file} has ${header.sizes.length} dimensions: choose a 3D scan.`)
  const size = checkSize(file, header.sizes)
  checkAffine(file, header.affine)
  return { ...header, size, timePoints: header.sizes.length > 3 ? header.sizes[3] : 1 }
}

/**
 * Where the data of a text image begins: after the header, or as many bytes before the end as there must be.
 * @param dataFileBytes length of the file that holds the data
 */
export function firstDataByte(
  { headerBytes, dataFile, skipBytes, sizes, dtype }: TextHeader,
  dataFileBytes: number,
): number {
  if (skipBytes !== 'from the end') return skipBytes + (dataFile === null ? headerBytes : 0)
  const promised = sizes.reduce((product, n) => product * n, 1) * DTYPE_BYTES[dtype]
  return Math.max(0, dataFileBytes - promised)
}
