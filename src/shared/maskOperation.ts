import type { PointMm } from './geometry/points.js'

/** What can be done to the mask of one structure as a whole. Slices are axial. */
export type MaskOperation =
  /** Interpolates its shape between slices; `edited`: only between those that were edited, what lies there is replaced. */
  | { readonly kind: 'fillBetween'; readonly from: 'all' | 'edited' }
  /** Fills what it encloses: in each slice, or in the whole volume. */
  | { readonly kind: 'fillHoles'; readonly within: 'slice' | 'volume' }
  | { readonly kind: 'keepLargest' }
  /** Removes pieces that are smaller; the largest stays. */
  | { readonly kind: 'removeIslands'; readonly belowMl: number }
  | { readonly kind: 'grow'; readonly byMm: number }
  | { readonly kind: 'shrink'; readonly byMm: number }
  /** Rounds what is smaller than this off; its volume stays. */
  | { readonly kind: 'smooth'; readonly byMm: number }
  /** Puts what the slice at a point holds into its neighbour. */
  | { readonly kind: 'copySlice'; readonly atMm: PointMm; readonly toward: 'superior' | 'inferior' }
