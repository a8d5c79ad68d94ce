import { afterEach, describe, expect, it, vi } from 'vitest'
import type { SliceImage } from '../../../../../src/engine/sam/slices/sliceImage.js'
import { modelKey } from '../../../../../src/engine/sam/embeddings/embeddingCache.js'
import {
  embeddingBytes,
  embeddingMemory,
  rememberEmbeddings,
} from '../../../../../src/engine/sam/embeddings/embeddingMemory.js'
import { fakeSegmenter } from '../../../../support/fakeSegmenter.js'

const image = (grey: number): SliceImage => ({
  data: new Float32Array(100).fill(grey),
  width: 10,
  height: 10,
  pixelMm: [1, 1],
})
const BYTES = 400
afterEach(() => {
  vi.useRealTimers()
})

describe('embeddings in memory', () => {
  it('are not made twice, and the ones used longest ago go first', async () => {
    const inner = fakeSegmenter()
    const segmenter = rememberEmbeddings(inner, embeddingMemory(2 * BYTES))
    const first = await segmenter.encodeTile(image(1))
    expect(embeddingBytes(first)).toBe(BYTES)
    await segmenter.encodeTile(image(2))
    expect(await segmenter.encodeTile(image(1))).toBe(first)
    expect(inner.images).toHaveLength(2)
    // The third takes the place of the second, which was used longer ago than the first.
    await segmenter.encodeTile(image(3))
    expect(await segmenter.encodeTile(image(1))).toBe(first)
    expect(inner.images).toHaveLength(3)
    await segmenter.encodeTile(image(2))
    expect(inner.images).toHaveLength(4)
  })

  it('are told apart by pixels and by their size in mm', async () => {
    const inner = fakeSegmenter()
    const segmenter = rememberEmbeddings(inner, embeddingMemory(100 * BYTES))
    await segmenter.encodeTile(image(1))
    await segmenter.encodeTile({ ...image(1), pixelMm: [1, 2] })
    await segmenter.encodeTile({ ...image(1), width: 20, height: 5 })
    expect(inner.images).toHaveLength(3)
  })

  it('are told apart by how pictures are prepared: the networks of SAM and MedSAM look the same', () => {
    const sam = fakeSegmenter()
    expect(modelKey({ ...sam, preprocessing: { normalisation: 'minMax', fit: 'stretch' } })).not.toBe(modelKey(sam))
    expect(modelKey({ ...sam, preprocessing: { normalisation: 'sam', fit: 'pad' } })).toBe(modelKey(sam))
  })

  it('larger than the limit are not kept, and release forgets all', async () => {
    const inner = fakeSegmenter()
    const small = rememberEmbeddings(inner, embeddingMemory(BYTES - 1))
    await small.encodeTile(image(1))
    await small.encodeTile(image(1))
    expect(inner.images).toHaveLength(2)
    const large = rememberEmbeddings(inner, embeddingMemory(10 * BYTES))
    await large.encodeTile(image(1))
    await large.release()
    await large.encodeTile(image(1))
    expect(inner.images).toHaveLength(4)
  })

  it('share one limit, whichever segmenter made them', async () => {
    const memory = embeddingMemory(2 * BYTES)
    const [first, second] = [fakeSegmenter(), { ...fakeSegmenter(), layout: 'sam2' as const }]
    const [sam, other] = [rememberEmbeddings(first, memory), rememberEmbeddings(second, memory)]
    await sam.encodeTile(image(1))
    await other.encodeTile(image(1))
    expect([first.images.length, second.images.length]).toEqual([1, 1])
    await other.encodeTile(image(2))
    await sam.encodeTile(image(1))
    expect(first.images).toHaveLength(2)
  })

  it('are told apart by what they were made on, and the provider is the one of now', async () => {
    const inner = { ...fakeSegmenter(), provider: 'webgpu' as 'webgpu' | 'cpu' }
    const segmenter = rememberEmbeddings(inner, embeddingMemory(10 * BYTES))
    await segmenter.encodeTile(image(1))
    inner.provider = 'cpu'
    expect(segmenter.provider).toBe('cpu')
    await segmenter.encodeTile(image(1))
    expect(inner.images).toHaveLength(2)
  })

  it('are forgotten after an idle time, which begins anew with each slice', async () => {
    vi.useFakeTimers()
    const inner = fakeSegmenter()
    const segmenter = rememberEmbeddings(inner, embeddingMemory(10 * BYTES, 600))
    await segmenter.encodeTile(image(1))
    for (let slice = 0; slice < 3; slice++) {
      vi.advanceTimersByTime(400_000)
      await segmenter.encodeTile(image(1))
    }
    expect(inner.images).toHaveLength(1)
    vi.advanceTimersByTime(600_000)
    await segmenter.encodeTile(image(1))
    expect(inner.images).toHaveLength(2)
  })
})
