import path from 'node:path'
import type { ImageHeader, VoxelSource } from '../../imageio/imageHeader.js'
import type { TextFormat } from '../../imageio/text/textHeader.js'
import { readTextHeader, type TextImage } from '../../imageio/text/textImage.js'
import { dataNames } from '../../imageio/text/dataBytes.js'
import { readTextVoxels } from '../../imageio/text/textVoxels.js'
import type { RawArray } from '../../imageio/voxels.js'
import { inputError } from '../../shared/inputError.js'
import { spacingMm } from '../../shared/geometry/affine.js'
import { fileSize, readStart, wholeFile } from './fileBytes.js'
import { openItk } from './itkPipelines.js'
import { nodeImageFiles } from './nodeImageFiles.js'

/**
 * Reads and checks the header of an NRRD or MetaImage file.
 * @throws MedlsamError `input` with one sentence about what is wrong
 */
export async function openTextImage(file: string, format: TextFormat): Promise<ImageHeader> {
  const stored = await wholeFile(file)
  if (stored.isPacked)
    throw inputError(file, `${file} is packed as a whole (gzip), which its name does not say: unpack it first.`)
  const text = await readTextHeader((length) => readStart(stored, length), file, format)
  const folder = path.dirname(file)
  const files = dataNames(text, path.basename(file)).map((name) => path.join(folder, name))
  for (const each of files) await fileSize(each)
  return {
    path: file,
    size: text.size,
    spacingMm: spacingMm(text.affine),
    affine: text.affine,
    dtype: text.dtype,
    timePoints: text.timePoints,
    scaling: text.scaling,
    warnings: text.warnings,
    niftiHeader: null,
    files: text.dataFiles === null ? files : [file, ...files],
    source: plainSource(text, files),
    text,
    readVoxels: null,
  }
}

/**
 * Reads the numbers of one volume of such a file.
 * @throws MedlsamError `input` when data is missing, cut or damaged
 */
export async function readTextFile(image: TextImage, timePoint: number): Promise<RawArray> {
  const files = nodeImageFiles(path.dirname(image.file))
  return readTextVoxels({ image, name: path.basename(image.file), files, openItk }, timePoint)
}

/** Where the numbers lie one after the other in one file; null where that is not so. */
function plainSource(text: TextImage, files: readonly string[]): VoxelSource | null {
  const { encoding, skipBytes, skipLines, volumes, sizes, littleEndian } = text
  const isPlain =
    files.length === 1 &&
    (encoding === 'raw' || encoding === 'packed') &&
    skipBytes !== 'from the end' &&
    skipLines === 0 &&
    (volumes === null || volumes === sizes.length - 1)
  if (!isPlain) return null
  return {
    stored: {
      file: files[0],
      from: text.dataFiles === null ? text.headerBytes : 0,
      isPacked: encoding === 'packed',
    },
    offsetBytes: skipBytes,
    littleEndian,
  }
}
