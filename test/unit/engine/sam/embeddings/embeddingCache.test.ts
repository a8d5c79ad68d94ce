import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { f16round } from '@petamoriken/float16'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cacheEmbeddings } from '../../../../../src/engine/sam/embeddings/embeddingCache.js'
import type { SliceImage } from '../../../../../src/engine/sam/slices/sliceImage.js'
import { float32Data } from '../../../../support/float32Data.js'
import { fakeSegmenter } from '../../../../support/fakeSegmenter.js'
import { tempFolder } from '../../../../support/tempFolder.js'

const root = tempFolder()
let folders = 0
const newFolder = (): string => path.join(root, `cache${folders++}`)
const image = (
  seed: number,
  values: readonly number[] = Array.from({ length: 64 }, (_, i) => Math.sin(seed + i)),
): SliceImage => ({
  data: Float32Array.from(values),
  width: values.length / 2,
  height: 2,
  pixelMm: [1, 2],
})
const embeddings = (folder: string): string[] => readdirSync(folder).filter((file) => file.endsWith('.embedding'))

describe('embeddings kept on disk', () => {
  it('are the ones the encoder made, without running it again, also in another process', async () => {
    const folder = newFolder()
    const inner = fakeSegmenter()
    const first = await cacheEmbeddings(inner, { folder, maxBytes: 1e6 })
    const made = await first.encodeTile(image(1))
    const later = await cacheEmbeddings(inner, { folder, maxBytes: 1e6 })
    expect(await later.encodeTile(image(1))).toEqual(made)
    expect(inner.images).toHaveLength(1)
    expect([first.cache, later.cache]).toMatchObject([
      { hits: 0, misses: 1, problem: null },
      { hits: 1, misses: 0, problem: null },
    ])
  })

  it('belong to one picture, pixel size and model', async () => {
    const folder = newFolder()
    const inner = fakeSegmenter()
    const cached = await cacheEmbeddings(inner, { folder, maxBytes: 1e6 })
    const other = await cacheEmbeddings(
      { ...inner, networks: [{ sha256: 'abc' } as (typeof inner.networks)[number]] },
      { folder, maxBytes: 1e6 },
    )
    await cached.encodeTile(image(1))
    await cached.encodeTile(image(2))
    await cached.encodeTile({ ...image(1), pixelMm: [1, 1] })
    await other.encodeTile(image(1))
    expect(inner.images).toHaveLength(4)
  })

  it('are made again where a file is damaged', async () => {
    const folder = newFolder()
    const inner = fakeSegmenter()
    const cached = await cacheEmbeddings(inner, { folder, maxBytes: 1e6 })
    const made = await cached.encodeTile(image(1))
    const file = path.join(folder, embeddings(folder)[0])
    for (const bytes of [Buffer.alloc(0), Buffer.from('nonsense'), readFileSync(file).subarray(0, 40)]) {
      writeFileSync(file, bytes)
      expect(await cached.encodeTile(image(1))).toEqual(made)
    }
    expect(inner.images).toHaveLength(4)
  })

  it('never take more than their bytes; those used longest ago go first', async () => {
    const folder = newFolder()
    const inner = fakeSegmenter()
    const size = await oneSize()
    const cached = await cacheEmbeddings(inner, { folder, maxBytes: 3 * size })
    for (const seed of [1, 2, 3]) await cached.encodeTile(image(seed))
    await cached.encodeTile(image(1))
    await cached.encodeTile(image(4))
    expect(embeddings(folder)).toHaveLength(3)
    const runs = inner.images.length
    await cached.encodeTile(image(1))
    expect(inner.images).toHaveLength(runs)
    await cached.encodeTile(image(2))
    expect(inner.images).toHaveLength(runs + 1)
    // A new process knows the order from the files.
    const [oldest] = embeddings(folder)
    utimesSync(path.join(folder, oldest), 1, 1)
    const later = await cacheEmbeddings(inner, { folder, maxBytes: 3 * size })
    await later.encodeTile(image(5))
    expect(embeddings(folder)).not.toContain(oldest)
    expect(
      embeddings(folder).reduce((sum, file) => sum + statSync(path.join(folder, file)).size, 0),
    ).toBeLessThanOrEqual(3 * size)
  })

  it('stop being kept, with a sentence, when the disk refuses', async () => {
    const folder = newFolder()
    const inner = fakeSegmenter()
    const cached = await cacheEmbeddings(inner, { folder, maxBytes: 1e6 })
    const made = await cached.encodeTile(image(1))
    rmSync(folder, { recursive: true })
    expect(await cached.encodeTile(image(1))).toEqual(made)
    expect(cached.cache.problem).toMatch(/^Embeddings are no longer kept: .*cannot be written/)
  })

  it('can be halves, rounded as IEEE 754 says, the same now and later', async () => {
    const folder = newFolder()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.float({ noNaN: true }), { minLength: 4, maxLength: 4 }), async (values) => {
        const inner = fakeSegmenter()
        const wanted = values.map((value) => f16round(value))
        const first = await (
          await cacheEmbeddings(inner, { folder, maxBytes: 1e6, precision: 'float16' })
        ).encodeTile(image(0, values))
        const again = await (
          await cacheEmbeddings(inner, { folder, maxBytes: 1e6, precision: 'float16' })
        ).encodeTile(image(0, values))
        expect(Array.from(float32Data(first.tensors['embedding']))).toEqual(wanted)
        expect(again).toEqual(first)
      }),
      {
        numRuns: 60,
        examples: [
          [[0, -0, 6.1e-5, 6e-8]],
          [[65504, 65519, 65520, -1e30]],
          [[2.98e-8, 2 ** -25, 3 * 2 ** -25, 1.00048828125]],
        ],
      },
    )
  })
})

async function oneSize(): Promise<number> {
  const folder = newFolder()
  await (await cacheEmbeddings(fakeSegmenter(), { folder, maxBytes: 1e6 })).encodeTile(image(1))
  return statSync(path.join(folder, embeddings(folder)[0])).size
}
