import type { SliceEmbedding } from '../../src/engine/sam/exports/exportLayout.js'
import { BOXES_ONLY, type Prompt, type PromptKinds } from '../../src/engine/sam/prompts/prompt.js'
import type { SliceImage, PixelBox, PixelRegion } from '../../src/engine/sam/slices/sliceImage.js'
import { ONE_CUT_SLICE, SOFT_TISSUE, type Segmenter } from '../../src/engine/sam/segmenter.js'

/** A segmenter without networks, and what it was asked. */
export interface FakeSegmenter extends Segmenter {
  readonly images: SliceImage[]
  readonly boxes: PixelBox[]
  readonly asked: Prompt[]
}

/** Logit of a pixel for a box; positive inside the mask. */
export type LogitRule = (x: number, y: number, box: PixelBox, image: SliceImage) => number

/** The mask is the box: the logit is the distance from the pixel's centre to the nearest wall, in pixels. */
export const boxIsMask: LogitRule = (x, y, box) =>
  Math.min(x + 0.5 - box.x0, box.x1 - x - 0.5, y + 0.5 - box.y0, box.y1 - y - 0.5)

/** A segmenter whose masks follow a rule. */
export function fakeSegmenter(rule: LogitRule = boxIsMask, prompts: PromptKinds = BOXES_ONLY): FakeSegmenter {
  const images: SliceImage[] = []
  const boxes: PixelBox[] = []
  const asked: Prompt[] = []
  const imageOf = new Map<SliceEmbedding, SliceImage>()
  return {
    id: 'fake',
    layout: 'meta',
    preprocessing: null,
    windowHu: SOFT_TISSUE,
    tiles: ONE_CUT_SLICE,
    provider: 'cpu',
    providerNote: null,
    networks: [],
    prompts,
    images,
    boxes,
    asked,
    encodeTile(image) {
      images.push(image)
      const tensor = { data: image.data, dims: [image.height, image.width] }
      const letterbox = { width: image.width, height: image.height, scaleX: 1, scaleY: 1 }
      const embedding = { tensors: { embedding: tensor }, letterbox }
      imageOf.set(embedding, image)
      return Promise.resolve(embedding)
    },
    decode(embedding, prompt, region: PixelRegion) {
      const image = imageOf.get(embedding) ?? images[images.length - 1]
      const box = prompt.box ?? { x0: 0, y0: 0, x1: image.width, y1: image.height }
      boxes.push(box)
      asked.push(prompt)
      const data: number[] = []
      for (let y = region.y0; y < region.y1; y++)
        for (let x = region.x0; x < region.x1; x++) data.push(rule(x, y, box, image))
      return Promise.resolve({ region, data: Float32Array.from(data), iouPrediction: 0.9 })
    },
    release: () => Promise.resolve(),
  }
}
