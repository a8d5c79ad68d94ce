import type { ErrorData } from '../../shared/errorData.js'
import type { ImageOrder, ShownImage } from './shownImage.js'

/** From the page to the worker. */
export interface ToReader extends ImageOrder {
  /** ITK's reader of this format, packed with Zstandard; null for formats that ITK does not read here. */
  readonly itkReader: Uint8Array<ArrayBuffer> | null
}

/** From the worker to the page; the first message says that it has started. */
export type FromReader =
  | { readonly kind: 'started' }
  | { readonly kind: 'read'; readonly image: ShownImage }
  | { readonly kind: 'failed'; readonly error: ErrorData }
