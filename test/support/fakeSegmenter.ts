import type { SliceImage, PixelBox, PixelRegion } from '../../src/engine/sam/slices/sliceImage.js'
import { SOFT_TISSUE, type Segmenter } from '../../src/engine/sam/segmenter.js'

/** A segmenter without networks, and what it was asked. */
export interface FakeSegmenter extends Segmenter {
  readonly images: SliceImage[]
  readonly boxes: PixelBox[]
}

/** Logit of a pixel for a box; positive inside the mask. */
export type LogitRule = (x: number, y: number, box: PixelBox, image: SliceImage) => number

/** The mask is the box: the logit is the distance from the pixel's centre to the nearest wall, in pixels. */
export const boxIsMask: LogitRule = (x, y, box) =>
  Math.min(x + 0.5 - box.x0, box.x1 - x - 0.5, y + 0.5 - box.y0, box.y1 - y - 0.5)

/** A segmenter whose masks follow a rule. */
export function fakeSegmenter(rule: LogitRule = boxIsMask): FakeSegmenter {
  const images: SliceImage[] = []
  const boxes: PixelBox[] = []
  return {
    id: 'fake',
    layout: 'meta',
    preprocessing: null,
    windowHu: SOFT_TISSUE,
    provider: 'cpu',
    providerNote: null,
    networks: [],
    images,
    boxes,
    encodeSlice(image) {
      images.push(image)
      const embedding = { data: image.data, dims: [image.height, image.width] }
      return Promise.resolve({
        tensors: { embedding },
        letterbox: { width: image.width, height: image.height, scaleX: 1, scaleY: 1 },
      })
    },
    decodeBox(_embedding, box, region: PixelRegion) {
      const image = images[images.length - 1]
      boxes.push(box)
      const data: number[] = []
      for (let y = region.y0; y < region.y1; y++)
        for (let x = region.x0; x < region.x1; x++) data.push(rule(x, y, box, image))
      return Promise.resolve({ region, data: Float32Array.from(data), iouPrediction: 0.9 })
    },
    release: () => Promise.resolve(),
  }
}
