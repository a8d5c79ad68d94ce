import type { LabelSurface } from './labelSurfaces.js'

/** From the worker, which gets a label map, to the page; the first message says that it has started. */
export type FromSurfaces =
  { readonly kind: 'started' } | { readonly kind: 'made'; readonly surfaces: readonly LabelSurface[] }
