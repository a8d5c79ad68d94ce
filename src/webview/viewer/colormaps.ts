/** Colours from the lowest to the highest value, evenly apart. */
const ANCHORS = {
  hot: ['#000000', '#7f0000', '#ff3f00', '#ffbf00', '#ffff7f', '#ffffff'],
  viridis: ['#440154', '#3b528b', '#21918c', '#5ec962', '#fde725'],
  rainbow: ['#00007f', '#0000ff', '#00ffff', '#ffff00', '#ff0000', '#7f0000'],
  cool: ['#00ffff', '#7f7fff', '#ff00ff'],
  grey: ['#000000', '#ffffff'],
} as const

/** Names of the colour maps of a second image. */
export const COLORMAPS = ['hot', 'viridis', 'rainbow', 'cool', 'grey'] as const satisfies (keyof typeof ANCHORS)[]

/** One of {@link COLORMAPS}. */
export type Colormap = (typeof COLORMAPS)[number]

/** 256 colours, ABGR, opaque. */
export function colormapTable(name: Colormap): Uint32Array {
  const anchors = ANCHORS[name].map((color) => parseInt(color.slice(1), 16))
  return Uint32Array.from({ length: 256 }, (_, at) => {
    const place = (at / 255) * (anchors.length - 1)
    const low = Math.min(anchors.length - 2, Math.floor(place))
    const part = place - low
    const channel = (shift: number): number =>
      Math.round(((anchors[low] >> shift) & 255) * (1 - part) + ((anchors[low + 1] >> shift) & 255) * part)
    return (0xff000000 | (channel(0) << 16) | (channel(8) << 8) | channel(16)) >>> 0
  })
}
