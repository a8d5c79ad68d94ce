import { createHash } from 'node:crypto'
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import path from 'node:path'
import { decode, encode } from '@msgpack/msgpack'
import { z } from 'zod'
import { makeFolders } from '../../../shared/node/makeFolders.js'
import { writeBytesAtomic } from '../../../shared/node/wholeFiles.js'
import { fromHalf, toHalf } from '../../runtime/halfFloat.js'
import type { NetworkTensor } from '../../runtime/network.js'
import type { SliceEmbedding } from '../exports/exportLayout.js'
import type { SliceImage } from '../slices/sliceImage.js'
import type { Segmenter } from '../segmenter.js'

/**
 * How the numbers of an embedding are kept: as they are, or in half the bytes and rounded to 11 bits. With
 * MobileSAM on real CT, halves changed the Dice of none of seven organs in its fifth digit (docs/accuracy.md),
 * so they are the default.
 */
export type CachePrecision = 'float32' | 'float16'

/** Where embeddings are kept, and how many. */
export interface EmbeddingCacheOptions {
  readonly folder: string
  /** Bytes on disk at most; the embeddings used longest ago go first. */
  readonly maxBytes: number
  readonly precision?: CachePrecision
}

/** A segmenter that remembers embeddings on disk, and how that goes. */
export interface CachingSegmenter extends Segmenter {
  readonly cache: {
    /** Embeddings that were found. */
    readonly hits: number
    /** Embeddings that had to be made. */
    readonly misses: number
    /** Why nothing is kept any more, as a sentence; null while all is well. */
    readonly problem: string | null
  }
}

const FORMAT = 2
const SUFFIX = '.embedding'
/** Unfinished files of a process that was killed; a running one needs seconds. */
const PARTIAL = /\.part$/
const PARTIAL_AGE_MS = 3_600_000

const fileSchema = z.object({
  format: z.literal(FORMAT),
  letterbox: z.object({ width: z.number(), height: z.number(), scaleX: z.number(), scaleY: z.number() }),
  tensors: z.record(
    z.string(),
    z.object({ dims: z.array(z.number()), type: z.enum(['float32', 'float16']), bytes: z.instanceof(Uint8Array) }),
  ),
})

/**
 * The same segmenter with its embeddings kept on disk, since encoding is nearly all of its time: a slice that
 * was encoded before, by this or another process, costs a file read. Keyed by the slice image's numbers and the
 * networks' hashes, so a stale embedding cannot be met; a file that cannot be read is made again.
 */
export async function cacheEmbeddings(
  inner: Segmenter,
  { folder, maxBytes, precision = 'float16' }: EmbeddingCacheOptions,
): Promise<CachingSegmenter> {
  const kept = await openFolder(folder)
  const counts: { hits: number; misses: number; problem: string | null } = { hits: 0, misses: 0, problem: null }
  const model = modelKey(inner)
  return {
    ...inner,
    get provider() {
      return inner.provider
    },
    get providerNote() {
      return inner.providerNote
    },
    cache: counts,
    async encodeTile(image) {
      const name = `${imageKey(image, `${model} ${precision}`)}${SUFFIX}`
      const file = path.join(folder, name)
      const known = await readEmbedding(file)
      if (known !== null) {
        counts.hits++
        kept.touch(name)
        return known
      }
      const embedding = await inner.encodeTile(image)
      counts.misses++
      const bytes = pack(embedding, precision)
      if (bytes === null) return embedding
      if (counts.problem === null) {
        try {
          await kept.makeRoom(bytes.byteLength, maxBytes)
          await writeBytesAtomic(file, bytes)
          kept.add(name, bytes.byteLength)
        } catch (error) {
          counts.problem = `Embeddings are no longer kept: ${error instanceof Error ? error.message : String(error)}`
        }
      }
      // What is returned now must be what a later run will read.
      return precision === 'float32' ? embedding : unpack(bytes)
    },
  }
}

/** What decides about a segmenter's embeddings: networks, export layout and how slice images are prepared. */
export function modelKey({ layout, networks, preprocessing }: Segmenter): string {
  // SAM's own way, said or not.
  const usual = preprocessing === null || (preprocessing.normalisation === 'sam' && preprocessing.fit === 'pad')
  return `${layout} ${networks
    .map(({ sha256 }) => sha256)
    .sort()
    .join()}${usual ? '' : ` ${preprocessing.normalisation} ${preprocessing.fit}`}`
}

/** A slice image for a model, as a hash of its numbers. */
export function imageKey({ data, width, height, pixelMm }: SliceImage, model: string): string {
  return createHash('sha256')
    .update(JSON.stringify([model, width, height, pixelMm]))
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex')
}

interface KeptFiles {
  touch(name: string): void
  add(name: string, bytes: number): void
  /** Removes what was used longest ago until so many bytes fit in. */
  makeRoom(bytes: number, maxBytes: number): Promise<void>
}

/** What the folder holds, in order of use; other processes' files count once this one is opened. */
async function openFolder(folder: string): Promise<KeptFiles> {
  await makeFolders(folder)
  const found: { readonly name: string; readonly size: number; readonly usedMs: number }[] = []
  for (const name of await readdir(folder)) {
    const info = await stat(path.join(folder, name)).catch(() => null)
    if (info === null) continue
    if (PARTIAL.test(name) && Date.now() - info.mtimeMs > PARTIAL_AGE_MS)
      await rm(path.join(folder, name), { force: true })
    else if (name.endsWith(SUFFIX)) found.push({ name, size: info.size, usedMs: info.mtimeMs })
  }
  // A Map keeps the order of insertion, so the first one is the one used longest ago.
  const sizes = new Map(found.sort((a, b) => a.usedMs - b.usedMs).map(({ name, size }) => [name, size]))
  let total = found.reduce((sum, { size }) => sum + size, 0)
  const drop = (name: string): void => {
    total -= sizes.get(name) ?? 0
    sizes.delete(name)
  }
  return {
    touch(name) {
      const size = sizes.get(name)
      if (size === undefined) return
      sizes.delete(name)
      sizes.set(name, size)
      const now = new Date()
      // Only the order of removal depends on it, and the file may be gone already.
      utimes(path.join(folder, name), now, now).catch(() => undefined)
    },
    add(name, bytes) {
      drop(name)
      sizes.set(name, bytes)
      total += bytes
    },
    async makeRoom(bytes, maxBytes) {
      for (const name of [...sizes.keys()]) {
        if (total + bytes <= maxBytes) return
        await rm(path.join(folder, name), { force: true })
        drop(name)
      }
    },
  }
}

async function readEmbedding(file: string): Promise<SliceEmbedding | null> {
  const bytes = await readFile(file).catch(() => null)
  return bytes === null ? null : unpackOrNull(bytes)
}

function unpackOrNull(bytes: Uint8Array): SliceEmbedding | null {
  try {
    return unpack(bytes)
  } catch {
    // Cut off or of another version: it is made again.
    return null
  }
}

/** Null when the embedding holds numbers that are not kept. */
function pack({ tensors, letterbox }: SliceEmbedding, precision: CachePrecision): Uint8Array | null {
  const packed: [
    string,
    { readonly dims: readonly number[]; readonly type: CachePrecision; readonly bytes: Uint8Array },
  ][] = []
  for (const [name, { data, dims }] of Object.entries(tensors)) {
    if (!(data instanceof Float32Array)) return null
    const numbers = precision === 'float32' ? data : toHalf(data)
    packed.push([
      name,
      { dims, type: precision, bytes: new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength) },
    ])
  }
  return encode({ format: FORMAT, letterbox, tensors: Object.fromEntries(packed) })
}

function unpack(file: Uint8Array): SliceEmbedding {
  const { tensors, letterbox } = fileSchema.parse(decode(file))
  const unpacked = Object.entries(tensors).map(([name, { dims, type, bytes }]): [string, NetworkTensor] => {
    // Copied, since a file's bytes need not lie where an array of numbers may begin.
    const { buffer } = new Uint8Array(bytes)
    const data = type === 'float32' ? new Float32Array(buffer) : fromHalf(new Uint16Array(buffer))
    if (data.length !== dims.reduce((product, n) => product * n, 1))
      throw new RangeError(`${name} has ${data.length} numbers`)
    return [name, { data, dims }]
  })
  return { tensors: Object.fromEntries(unpacked), letterbox }
}
