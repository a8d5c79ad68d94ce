import path from 'node:path'
import type { ImageFiles } from '../../imageio/imageFiles.js'
import { fileSize, readStart, storedChunks, unpackProblem } from './fileBytes.js'

/** Files on disk, by their paths from a folder. */
export function nodeImageFiles(folder: string): ImageFiles {
  const at = (name: string): string => path.join(folder, name)
  return {
    size: (name) => fileSize(at(name)),
    start: (name, length) => readStart({ file: at(name), from: 0, isPacked: false }, length),
    async *chunks(name, from, isPacked) {
      try {
        yield* storedChunks({ file: at(name), from, isPacked })
      } catch (error) {
        throw unpackProblem(at(name), error) ?? error
      }
    },
  }
}
