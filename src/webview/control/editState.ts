import type { PointMm } from '../../shared/geometry/points.js'
import type { HuRange } from '../editing/stroke.js'
import type { Plane } from '../viewer/projection.js'

/** What the mouse draws labels with. */
export const DRAWING_TOOLS = ['brush', 'eraser', 'lasso', 'eraseLasso'] as const

/** One of {@link DRAWING_TOOLS}. */
export type DrawingTool = (typeof DRAWING_TOOLS)[number]

/** What the mouse has the segmenter correct. */
export const SEGMENTER_TOOLS = ['points', 'box'] as const

/** One of {@link SEGMENTER_TOOLS}. */
export type SegmenterTool = (typeof SEGMENTER_TOOLS)[number]

/** What the mouse does to labels. */
export type LabelTool = DrawingTool | SegmenterTool

/** How labels are edited. */
export interface EditState {
  readonly isOn: boolean
  /** Null while the mouse does what it does without editing. */
  readonly tool: LabelTool | null
  readonly brushDiameterMm: number
  /** A ball that reaches into neighbouring slices, and not a disc. */
  readonly isBall: boolean
  /** Whether only voxels in {@link EditState.rangeHu} are changed. */
  readonly isRangeOn: boolean
  readonly rangeHu: HuRange
  /** The line of a lasso that is being drawn; null for none. */
  readonly lasso: { readonly plane: Plane; readonly pointsMm: readonly PointMm[] } | null
  /** Where the mouse is on the planes. */
  readonly cursor: { readonly plane: Plane; readonly pointMm: PointMm } | null
}

/** Nothing is edited; the brush as it is first. */
export const NOT_EDITING: EditState = {
  isOn: false,
  tool: null,
  brushDiameterMm: 10,
  isBall: false,
  isRangeOn: false,
  // Soft tissue, without fat, air and bone.
  rangeHu: { low: -30, high: 200 },
  lasso: null,
  cursor: null,
}

const SMALLEST_MM = 0.5
const LARGEST_MM = 100
const STEP = 1.25

/** The brush a step larger or smaller, in steps that are round. */
export function nextDiameterMm(diameterMm: number, step: 1 | -1): number {
  const next = step > 0 ? diameterMm * STEP : diameterMm / STEP
  const round = next < 4 ? 0.5 : 1
  const least = diameterMm + step * round
  const stepped = Math.round(next / round) * round
  return Math.min(LARGEST_MM, Math.max(SMALLEST_MM, step > 0 ? Math.max(least, stepped) : Math.min(least, stepped)))
}

/** Whether a tool draws a line around voxels. */
export function isLasso(tool: LabelTool): boolean {
  return tool === 'lasso' || tool === 'eraseLasso'
}

/** Whether a tool changes voxels by itself, without the segmenter. */
export function isDrawingTool(tool: LabelTool): tool is DrawingTool {
  return tool !== 'points' && tool !== 'box'
}
