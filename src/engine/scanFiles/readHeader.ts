import { openImage } from './openImage.js'
import type { ImageHeader } from '../../imageio/imageHeader.js'

/** What can be told of an image without reading its voxels. */
export type HeaderInfo = Pick<ImageHeader, 'size' | 'spacingMm' | 'affine' | 'dtype' | 'timePoints' | 'warnings'>

/**
 * Reads and checks an image's header only; costs milliseconds, whatever the size.
 * @throws MedlsamError `input` with one sentence about what is wrong
 */
export async function readHeader(path: string): Promise<HeaderInfo> {
  const { size, spacingMm, affine, dtype, timePoints, warnings } = await openImage(path)
  return { size, spacingMm, affine, dtype, timePoints, warnings }
}
