import type { SegmenterLayout } from './layout.js'
import { metaLayout } from './meta.js'

/** Every layout, the more particular before the more general. */
export const LAYOUTS: readonly SegmenterLayout[] = [metaLayout]
