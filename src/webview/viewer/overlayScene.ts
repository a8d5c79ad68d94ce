import type { BoxMm, ExtremePoints, ExtremeSide, PointMm } from '../../shared/geometry/points.js'
import type { RefinePoint } from '../../shared/refinement.js'
import type { StructurePoints } from '../../shared/scanPoints.js'
import type { Matrix2d } from './planeSlice.js'
import type { Plane, Tile } from './projection.js'

/** A structure of a result, drawn as a box with its points. */
export interface ResultBox {
  readonly name: string
  readonly color: string
  readonly boxMm: BoxMm
  readonly isBoxShown: boolean
  readonly pointsMm: ExtremePoints | null
}

/** The outline of a structure in one plane. */
export interface Outline {
  readonly name: string
  readonly color: string
  /** SVG path in pixels of the slice. */
  readonly path: string
}

/** The outlines in one plane. */
export interface PlaneOutlines {
  /** From pixels of the slice to the screen. */
  readonly matrix: Matrix2d
  readonly outlines: readonly Outline[]
}

/** A distance that was measured. */
export interface Measured {
  readonly plane: Plane
  readonly fromMm: PointMm
  readonly toMm: PointMm
}

/** The tip of a brush on a plane. */
export interface BrushCursor {
  readonly plane: Plane
  readonly pointMm: PointMm
  readonly radiusMm: number
  readonly color: string
  readonly isErasing: boolean
}

/** The box of the structure that is corrected, whose faces can be dragged. */
export interface DraggedBox {
  readonly name: string
  readonly color: string
  readonly boxMm: BoxMm
}

/** A face of a box: across an axis, at its low or high end. */
export interface BoxFace {
  readonly axis: 0 | 1 | 2
  readonly end: 'min' | 'max'
}

/** A structure with template points, and what of it is drawn. */
export type MarkedStructure = StructurePoints & { readonly isBoxShown: boolean; readonly arePointsShown: boolean }

/** Everything that is drawn over the planes. */
export interface OverlayScene {
  readonly tiles: readonly Tile[]
  readonly spacingMm: number
  /** By tile; empty where none are drawn. */
  readonly outlines: readonly PlaneOutlines[]
  /** Null where it is not drawn. */
  readonly crosshairMm: PointMm | null
  readonly measured: Measured | null
  /** The tip of a brush; null for none. */
  readonly brush: BrushCursor | null
  /** The line of a lasso that is being drawn; null for none. */
  readonly lasso: { readonly plane: Plane; readonly pointsMm: readonly PointMm[] } | null
  /** Points that correct a mask. */
  readonly corrections: readonly RefinePoint[]
  /** Null where no box can be dragged. */
  readonly draggedBox: DraggedBox | null
  readonly results: readonly ResultBox[]
  readonly structures: readonly MarkedStructure[]
  /** The structure whose points are being placed. */
  readonly active: string | null
}

/** A point on a plane. */
export interface PlacedPoint {
  readonly structure: string
  readonly side: ExtremeSide
  readonly pointMm: PointMm
  readonly tile: Tile
}
