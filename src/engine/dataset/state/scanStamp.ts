import { fileStamp } from '../../../shared/node/wholeFiles.js'
import { openImage } from '../../scanFiles/openImage.js'

/**
 * Sizes and times of a scan's files as one text: while it stays the same, the files do.
 * @throws MedlsamError `input` when the scan cannot be opened
 */
export async function scanStamp(scanPath: string): Promise<string> {
  const { files } = await openImage(scanPath)
  return (await Promise.all(files.map(fileStamp))).join(' ')
}
