import { LRUCache } from 'lru-cache'
import { modelKey, pictureKey } from './embeddingCache.js'
import type { SliceEmbedding } from './layouts/layout.js'
import type { Segmenter } from './segmenter.js'

/**
 * The same segmenter with its latest embeddings kept in memory, up to a number of bytes: looking for another organ in
 * the same scan then costs no encoding. The ones used longest ago go first; larger ones than all are not kept.
 * @param maxBytes of all embeddings together; at least 1
 */
export function rememberEmbeddings(inner: Segmenter, maxBytes: number): Segmenter {
  const model = modelKey(inner)
  const kept = new LRUCache<string, SliceEmbedding>({ maxSize: maxBytes, sizeCalculation: embeddingBytes })
  return {
    ...inner,
    async encodeSlice(picture) {
      const key = pictureKey(picture, model)
      const known = kept.get(key)
      if (known !== undefined) return known
      const embedding = await inner.encodeSlice(picture)
      kept.set(key, embedding)
      return embedding
    },
    async release() {
      kept.clear()
      await inner.release()
    },
  }
}

/** Bytes of an embedding's numbers. */
export function embeddingBytes({ tensors }: SliceEmbedding): number {
  return Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0)
}
