import type { CtWindow } from '../../shared/ctWindow.js'
import type { ImageVolume } from './imageVolume.js'
import type { PlaneSlice } from './planeSlice.js'

const OPAQUE = 0xff000000
const GREY = 0x010101
/** Slices hold labels of 16 bits. */
const MAX_LABEL = 0xffff

/** Grey pixels of a slice as a window shows them, row by row from the low corner; each number is ABGR. */
export function greyPixels(volume: ImageVolume, slice: PlaneSlice, { levelHu, widthHu }: CtWindow): Uint32Array {
  const { data } = volume
  const { width, height, start, stepX, stepY } = slice
  const scale = 255 / widthHu
  const offset = (255 * (widthHu / 2 - levelHu)) / widthHu
  const out = new Uint32Array(width * height)
  let to = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0, from = start + y * stepY; x < width; x++, from += stepX) {
      const value = data[from] * scale + offset
      const grey = value <= 0 ? 0 : value >= 255 ? 255 : value | 0
      out[to++] = OPAQUE | (grey * GREY)
    }
  }
  return out
}

/** Pixels of labels; `colors` holds one ABGR number per label value, 0 for what is not drawn. */
export function labelPixels(labels: Uint16Array, colors: Uint32Array): Uint32Array {
  const out = new Uint32Array(labels.length)
  for (let at = 0; at < labels.length; at++) if (labels[at] !== 0) out[at] = colors[labels[at]] ?? 0
  return out
}

/** A colour table for {@link labelPixels}: `#rrggbb` by label value, those that are hidden left out. */
export function colorTable(
  structures: readonly { readonly labelValue: number; readonly color: string }[],
  hidden: readonly number[],
): Uint32Array {
  const drawn = structures.filter(({ labelValue }) => labelValue > 0 && labelValue <= MAX_LABEL)
  const table = new Uint32Array(Math.max(0, ...drawn.map(({ labelValue }) => labelValue)) + 1)
  for (const { labelValue, color } of drawn) {
    if (hidden.includes(labelValue)) continue
    const rgb = parseInt(color.slice(1), 16)
    table[labelValue] = OPAQUE | ((rgb & 255) << 16) | (rgb & 0xff00) | (rgb >> 16)
  }
  return table
}
