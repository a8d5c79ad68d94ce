import path from 'node:path'
import { spacingMm } from '../../shared/geometry/affine.js'
import { fileSize, readStart, wholeFile } from './fileBytes.js'
import { checkAffine, checkSize, type ImageHeader } from '../../imageio/imageHeader.js'
import { inputError } from '../../shared/inputError.js'
import { parseMetaHeader } from '../../imageio/text/metaHeader.js'
import { parseNrrdHeader } from '../../imageio/text/nrrdHeader.js'
import type { TextHeader } from '../../imageio/text/textHeader.js'
import { DTYPE_BYTES, NO_SCALING } from '../../imageio/voxels.js'

/** No text header is longer; what follows is voxels. */
const TEXT_HEADER_BYTES = 1 << 16

/**
 * Reads and checks the header of an NRRD or MetaImage file. They are read here and not through ITK, which
 * takes damaged data for zeros, prints on stdout and needs all of a file in its own memory to tell its size.
 * @throws MedlsamError `input` with one sentence about what is wrong
 */
export async function openTextImage(file: string, format: 'nrrd' | 'meta'): Promise<ImageHeader> {
  const start = await readStart(await wholeFile(file), TEXT_HEADER_BYTES)
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

  const dataFile = header.dataFile === null ? null : path.join(path.dirname(file), header.dataFile)
  if (dataFile !== null) await fileSize(dataFile)
  const stored = { file: dataFile ?? file, from: await firstByte(header, dataFile ?? file), isPacked: header.isPacked }
  return {
    path: file,
    size,
    spacingMm: spacingMm(header.affine),
    affine: header.affine,
    dtype: header.dtype,
    timePoints: header.sizes.length > 3 ? header.sizes[3] : 1,
    scaling: NO_SCALING,
    warnings: header.warnings,
    niftiHeader: null,
    files: dataFile === null ? [file] : [file, dataFile],
    source: { stored, offsetBytes: 0, littleEndian: header.littleEndian },
  }
}

/** Where the data begins: after the header, or as many bytes before the end as there must be. */
async function firstByte(
  { headerBytes, dataFile, skipBytes, sizes, dtype }: TextHeader,
  file: string,
): Promise<number> {
  if (skipBytes !== 'from the end') return skipBytes + (dataFile === null ? headerBytes : 0)
  const promised = sizes.reduce((product, n) => product * n, 1) * DTYPE_BYTES[dtype]
  return Math.max(0, (await fileSize(file)) - promised)
}
