import { LRUCache } from 'lru-cache'
import { modelKey, imageKey } from './embeddingCache.js'
import type { SliceEmbedding } from '../exports/exportLayout.js'
import type { Segmenter } from '../segmenter.js'

/** Embeddings by what was encoded with what. */
export interface EmbeddingMemory {
  get(key: string): SliceEmbedding | undefined
  set(key: string, embedding: SliceEmbedding): void
  clear(): void
}

/**
 * Room for the latest embeddings of all segmenters together. The ones used longest ago go first; larger ones than all
 * are not kept.
 * @param maxBytes at least 1
 * @param idleSeconds after so many without a slice all are forgotten; never when absent
 */
export function embeddingMemory(maxBytes: number, idleSeconds?: number): EmbeddingMemory {
  const kept = new LRUCache<string, SliceEmbedding>({ maxSize: maxBytes, sizeCalculation: embeddingBytes })
  let timer: NodeJS.Timeout | undefined
  const restartTimer = (): void => {
    clearTimeout(timer)
    if (idleSeconds === undefined) return
    timer = setTimeout(() => {
      kept.clear()
    }, idleSeconds * 1000)
    // It must not keep a process alive that has nothing else to do.
    timer.unref()
  }
  return {
    get(key) {
      restartTimer()
      return kept.get(key)
    },
    set(key, embedding) {
      restartTimer()
      kept.set(key, embedding)
    },
    clear() {
      clearTimeout(timer)
      kept.clear()
    },
  }
}

/**
 * The same segmenter with its latest embeddings kept in memory: looking for another organ in the same scan then costs
 * no encoding.
 */
export function rememberEmbeddings(inner: Segmenter, memory: EmbeddingMemory): Segmenter {
  const model = modelKey(inner)
  return {
    ...inner,
    get provider() {
      return inner.provider
    },
    get providerNote() {
      return inner.providerNote
    },
    async encodeTile(image) {
      const key = imageKey(image, model)
      const known = memory.get(`${key} ${inner.provider}`)
      if (known !== undefined) return known
      const embedding = await inner.encodeTile(image)
      // Encoding may have loaded the network again, on another provider.
      memory.set(`${key} ${inner.provider}`, embedding)
      return embedding
    },
    async release() {
      memory.clear()
      await inner.release()
    },
  }
}

/** Bytes of an embedding's numbers. */
export function embeddingBytes({ tensors }: SliceEmbedding): number {
  return Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0)
}
