import path from 'node:path'
import { spacingMm } from './affine.js'
import { fileSize, readStart } from './fileBytes.js'
import { checkAffine, checkSize, inputError, type ImageHeader } from './imageHeader.js'
import { readItkImage, type ItkFormat } from './itk.js'
import { parseMetaHeader, parseNrrdHeader } from './textHeader.js'
import { DTYPE_BYTES, NO_SCALING } from './voxels.js'

/** No text header is longer; what follows is voxels. */
const TEXT_HEADER_BYTES = 1 << 16

/**
 * Reads and checks the header of an NRRD or MetaImage file. How much data there must be is known, and
 * for data stored as it is also checked, before ITK sees the file.
 * @throws MedlsamError `input` with one sentence about what is wrong
 */
export async function openItk(file: string, format: ItkFormat): Promise<ImageHeader> {
  const stored = await fileSize(file)
  const start = await readStart(file, TEXT_HEADER_BYTES)
  const header = format === 'nrrd' ? parseNrrdHeader(start, file) : parseMetaHeader(start, file)
  if (!(header.components === 1)) throw inputError(file, `The voxels of ${file} are vectors or colours, not the single numbers of a CT: choose a CT scan.`)
  if (header.sizes.length < 3) throw inputError(file, `${file} is a ${header.sizes.length}D image, not a volume: choose a 3D scan.`)
  if (header.sizes.length > 4) throw inputError(file, `${file} has ${header.sizes.length} dimensions: choose a 3D scan.`)
  const size = checkSize(file, header.sizes)

  const dataFile = header.dataFile === null ? null : path.join(path.dirname(file), header.dataFile)
  const present = dataFile === null ? stored - header.headerBytes : await fileSize(dataFile)
  const promised = header.sizes.reduce((product, n) => product * n, 1) * DTYPE_BYTES[header.dtype]
  if (header.isRaw && present < promised) {
    throw inputError(file, `${file} is cut off: it holds fewer voxels than its header promises, so copy or export it again.`)
  }
  const { affine } = await readItkImage(file, format, true).catch((error: unknown) => {
    throw inputError(file, `${file} cannot be read as ${format === 'nrrd' ? 'NRRD' : 'MetaImage'}: it is damaged, so export the scan again.`, error)
  })
  checkAffine(file, affine)
  return {
    path: file,
    size,
    spacingMm: spacingMm(affine),
    affine,
    dtype: header.dtype,
    timePoints: header.sizes.length > 3 ? header.sizes[3] : 1,
    scaling: NO_SCALING,
    warnings: [],
    niftiHeader: null,
    files: dataFile === null ? [file] : [file, dataFile],
    source: { kind: 'itk', format },
  }
}
