import type { SpacedMask } from './structureMask.js'

/** The mask with one slice (z) in place of another; as it is where either lies outside. */
export function copySlice({ data, size }: SpacedMask, from: number, to: number): Uint8Array {
  const area = size[0] * size[1]
  const copied = data.slice()
  if (Math.min(from, to) >= 0 && Math.max(from, to) < size[2])
    copied.copyWithin(to * area, from * area, (from + 1) * area)
  return copied
}
