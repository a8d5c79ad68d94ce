import { bridgeSlices } from '../../labels/bridgeSlices.js'
import type { SpacedMask } from './structureMask.js'

/**
 * The mask with the slices (z) between given ones interpolated by shape; what they held is replaced.
 * @param given slices of the block to go by; those that hold nothing are left out
 */
export async function fillBetween({ data, size }: SpacedMask, given: readonly number[]): Promise<Uint8Array> {
  const [width, height, depth] = size
  const area = width * height
  const filled = data.slice()
  const slices = [...new Set(given)]
    .filter((slice) => slice >= 0 && slice < depth && data.subarray(slice * area, (slice + 1) * area).includes(1))
    .sort((a, b) => a - b)
  for (const [i, upper] of slices.slice(1).entries()) {
    const lower = slices[i]
    if (upper - lower < 2) continue
    const gap = data.slice(lower * area, (upper + 1) * area)
    gap.fill(0, area, gap.length - area)
    const bridged = await bridgeSlices(gap, [width, height, upper - lower + 1])
    filled.set(bridged.subarray(area, bridged.length - area), (lower + 1) * area)
  }
  return filled
}
