import type { BoxMm, ExtremePoints, ExtremeSide, PointMm } from '../../shared/geometry/points.js'
import type { StructurePoints } from '../../shared/scanPoints.js'
import type { Tile } from './projection.js'

/** A structure of a result, drawn as a box with its points. */
export interface ResultBox {
  readonly name: string
  readonly color: string
  readonly boxMm: BoxMm
  readonly pointsMm: ExtremePoints | null
}

/** Everything that is drawn over the planes. */
export interface OverlayScene {
  readonly tiles: readonly Tile[]
  readonly spacingMm: number
  readonly results: readonly ResultBox[]
  readonly structures: readonly StructurePoints[]
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
