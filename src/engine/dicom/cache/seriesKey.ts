import { stat } from 'node:fs/promises'
import { sha256Of } from '../../../shared/node/hash.js'
import { TOOL_VERSION } from '../../version.js'
import type { SliceStack } from '../stackSlices.js'

/**
 * A name for the volume of a series: another one when a slice comes, goes or is written again, and with another version
 * of the program. A hash, so that nothing of the patient can be read in it; paths do not count.
 */
export async function seriesKey({ slices }: Pick<SliceStack, 'slices'>): Promise<string> {
  const files: (readonly [string, number, number])[] = []
  for (const { file, sopInstanceUid, sizeBytes } of slices) {
    const info = await stat(file).catch(() => null)
    files.push([sopInstanceUid, sizeBytes, info?.mtimeMs ?? 0])
  }
  return sha256Of(JSON.stringify([TOOL_VERSION, slices[0].seriesUid, files]))
}
