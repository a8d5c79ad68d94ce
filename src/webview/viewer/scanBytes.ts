import type { FileSource } from '../../protocol/scanEditor.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { formatOf } from '../../shared/scanNames.js'
import { readImage } from '../reader/readImage.js'
import type { ImageFacts, ImageOrder } from '../reader/shownImage.js'
import { fetchedFiles, type ReadListener } from './fetchedFiles.js'
import { imageVolume, type ImageVolume } from './imageVolume.js'
import { ScanProblem, tooLarge } from './scanProblem.js'

/** An image as the viewer draws it, and what its header says. */
export interface ReadScan {
  readonly volume: ImageVolume
  readonly facts: ImageFacts
}

/**
 * Fetches a file, with those that its header names, and reads it as the engine does.
 * @returns one of its volumes, the first unless another is asked for
 * @throws ScanProblem with what is wrong
 */
export async function readScan(
  source: FileSource,
  kind: ImageOrder['kind'],
  limitBytes: number,
  onRead: ReadListener,
  timePoint = 0,
): Promise<ReadScan> {
  const { name, sizeBytes } = source
  if (sizeBytes === 0) throw new ScanProblem('The file is empty. Copy it again from where it came.')
  if (sizeBytes > limitBytes) throw tooLarge(limitBytes)
  try {
    const [files, itkReader] = await Promise.all([fetchedFiles(source, limitBytes, onRead), fetchedItkReader(name)])
    const { facts, ...image } = await readImage({ files, name, kind, maxBytes: limitBytes, itkReader, timePoint })
    return { volume: imageVolume(image), facts }
  } catch (error) {
    if (!(error instanceof MedlsamError)) throw error
    throw error.remedy?.option === 'maxBytes' ? tooLarge(limitBytes) : new ScanProblem(error.message, { cause: error })
  }
}

/** ITK's reader of a format, which lies beside this script; null where there is none, and then none is needed. */
async function fetchedItkReader(name: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const format = formatOf(name)
  if (format !== 'nrrd' && format !== 'meta') return null
  const response = await fetch(new URL(`pipelines/${format}-read-image.wasm.zst`, import.meta.url)).catch(() => null)
  return response?.ok === true ? new Uint8Array(await response.arrayBuffer()) : null
}
