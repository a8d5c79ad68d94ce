import { stat } from 'node:fs/promises'
import { openImage } from '../volume/openImage.js'

/**
 * Sizes and times of a scan's files as one text: while it stays the same, the files do.
 * @throws MedlsamError `input` when the scan cannot be opened
 */
export async function scanStamp(scanPath: string): Promise<string> {
  const { files } = await openImage(scanPath)
  const infos = await Promise.all(files.map((file) => stat(file, { bigint: true })))
  return infos.map(({ size, mtimeNs }) => `${size.toString()}@${mtimeNs.toString()}`).join(' ')
}
