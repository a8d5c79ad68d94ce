import { sha256Files } from '../../shared/node/hash.js'
import { openImage } from './openImage.js'

/**
 * SHA-256 of all files of a scan (`.hdr` and `.img` are two), the same that reading it gives as `sha256`.
 * @throws MedlsamError `input` when the header cannot be read
 */
export async function hashScan(path: string): Promise<string> {
  return sha256Files((await openImage(path)).files)
}
