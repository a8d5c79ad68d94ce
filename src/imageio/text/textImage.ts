import { inputError } from '../../shared/inputError.js'
import type { Size3 } from '../../shared/geometry/points.js'
import { checkAffine, checkSize } from '../checkGeometry.js'
import { readHeaderBytes } from './headerBounds.js'
import { parseMetaHeader } from './metaHeader.js'
import { parseNrrdHeader } from './nrrdHeader.js'
import type { TextFormat, TextHeader } from './textHeader.js'

/** A text header of a 3D or 4D image of single numbers, checked. */
export interface TextImage extends TextHeader {
  readonly format: TextFormat
  /** The file that holds the header. */
  readonly file: string
  readonly size: Size3
  /** Volumes in the file; 1 unless it is 4D. */
  readonly timePoints: number
}

/**
 * Reads and checks the header of an NRRD or MetaImage file. It is read here and not through ITK, which needs all of a
 * file to tell its size, takes whatever memory a header asks for, and keeps quiet about units and the order of axes.
 * @param read the first bytes of the file, as many as are asked for or all
 * @throws MedlsamError `input` with one sentence about what is wrong
 */
export async function readTextHeader(
  read: (length: number) => Promise<Uint8Array>,
  file: string,
  format: TextFormat,
): Promise<TextImage> {
  const bytes = await readHeaderBytes(read, file, format)
  return checkedImage(parseHeader(bytes, file, format), file, format)
}

function parseHeader(bytes: Uint8Array, file: string, format: TextFormat): TextHeader {
  switch (format) {
    case 'nrrd':
      return parseNrrdHeader(bytes, file)
    case 'meta':
      return parseMetaHeader(bytes, file)
  }
}

function checkedImage(header: TextHeader, file: string, format: TextFormat): TextImage {
  const { sizes, spatial, volumes, components, affine } = header
  if (components !== 1)
    throw inputError(
      file,
      `The voxels of ${file} are vectors or colours, not the single numbers of a CT: choose a CT scan.`,
    )
  if (spatial.length < 3)
    throw inputError(file, `${file} is a ${spatial.length}D image, not a volume: choose a 3D scan.`)
  if (sizes.length > 4 && format === 'meta')
    throw inputError(file, `${file} has ${sizes.length} dimensions: choose a 3D scan.`)
  checkSize(file, sizes)
  checkAffine(file, affine)
  return {
    ...header,
    format,
    file,
    size: [sizes[spatial[0]], sizes[spatial[1]], sizes[spatial[2]]],
    timePoints: volumes === null ? 1 : sizes[volumes],
  }
}
