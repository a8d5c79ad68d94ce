import path from 'node:path'
import { MedlsamError } from '../errors.js'
import { openSegmenter, type Segmenter } from '../sam/segmenter.js'
import type { ProviderRequest } from '../runtime/network.js'
import { EMBEDDED_SEGMENTERS } from './assets.js'

/**
 * Opens a segmenter: an embedded one by its id, or ONNX files given as `encoder.onnx,decoder.onnx`.
 * @throws MedlsamError `usage` for an unknown id, `model` for files that cannot be used
 */
export async function openSegmenterById(
  id: string,
  assetsFolder: string,
  options: { readonly provider?: ProviderRequest; readonly threads?: number } = {},
): Promise<Segmenter> {
  const embedded = EMBEDDED_SEGMENTERS.find((candidate) => candidate.id === id)
  if (embedded !== undefined) {
    const files = embedded.files.map(({ name, sha256 }) => ({ path: path.join(assetsFolder, name), sha256 }))
    return openSegmenter(files, { id, ...options })
  }
  if (id.split(',').every((file) => file.endsWith('.onnx'))) {
    return openSegmenter(id.split(',').map((file) => ({ path: file })), { id: id.split(',').map((file) => path.basename(file)).join(','), ...options })
  }
  const known = EMBEDDED_SEGMENTERS.map((candidate) => candidate.id).join(', ')
  throw new MedlsamError('usage', `There is no segmenter "${id}": use ${known}, or the files of one as encoder.onnx,decoder.onnx.`)
}
