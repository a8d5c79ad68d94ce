import { formatOf, stemOf } from '../shared/scanNames.js'
import { isGzip, memoryFiles, type StoredFiles } from './memoryFiles.js'
import { parseNiftiHeader } from './nifti/niftiHeader.js'
import { firstNiftiBytes } from './nifti/firstNiftiBytes.js'
import { dataNames } from './text/dataBytes.js'
import { readTextHeader } from './text/textImage.js'

/**
 * The other files that belong to an image, whose first file is in memory: for each of them the names that it may have,
 * the likeliest first, as paths from the first one's folder, with slashes.
 * @param stored holds the first file
 * @param name its name, by which the format goes
 * @returns none where all is in one file
 * @throws MedlsamError `input` with one sentence about what is wrong with the header
 */
export async function companionFiles(stored: StoredFiles, name: string): Promise<readonly (readonly string[])[]> {
  const files = memoryFiles(stored, name)
  const format = formatOf(name)
  switch (format) {
    case 'nifti': {
      const isPacked = isGzip(await files.start(name, 2))
      const { isPair } = parseNiftiHeader(await firstNiftiBytes(files, name, isPacked), name)
      return isPair ? [pairImageNames(name)] : []
    }
    case 'nrrd':
    case 'meta': {
      if (isGzip(await files.start(name, 2))) return []
      const image = await readTextHeader((length) => files.start(name, length), name, format)
      return [...new Set(dataNames(image, name))].filter((each) => each !== name).map((each) => [each])
    }
    case null:
      return []
  }
}

/** Names that the voxels of a NIfTI pair may have beside their header: plain or gzipped, in the letter case of it. */
export function pairImageNames(header: string): readonly string[] {
  return ['img', 'img.gz', 'IMG'].map((ending) => `${stemOf(header)}.${ending}`)
}
