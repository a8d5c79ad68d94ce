import path from 'node:path'
import type { ImageHeader } from '../../imageio/imageHeader.js'
import { firstDataByte, parseTextImage, TEXT_HEADER_BYTES } from '../../imageio/text/textImage.js'
import { NO_SCALING } from '../../imageio/voxels.js'
import { spacingMm } from '../../shared/geometry/affine.js'
import { fileSize, readStart, wholeFile } from './fileBytes.js'

/**
 * Reads and checks the header of an NRRD or MetaImage file.
 * @throws MedlsamError `input` with one sentence about what is wrong
 */
export async function openTextImage(file: string, format: 'nrrd' | 'meta'): Promise<ImageHeader> {
  const header = parseTextImage(await readStart(await wholeFile(file), TEXT_HEADER_BYTES), file, format)
  const { size, affine, dtype, timePoints, warnings, isPacked, littleEndian } = header
  const dataFile = header.dataFile === null ? null : path.join(path.dirname(file), header.dataFile)
  const from = firstDataByte(header, await fileSize(dataFile ?? file))
  return {
    path: file,
    size,
    spacingMm: spacingMm(affine),
    affine,
    dtype,
    timePoints,
    scaling: NO_SCALING,
    warnings,
    niftiHeader: null,
    files: dataFile === null ? [file] : [file, dataFile],
    source: { stored: { file: dataFile ?? file, from, isPacked }, offsetBytes: 0, littleEndian },
  }
}
