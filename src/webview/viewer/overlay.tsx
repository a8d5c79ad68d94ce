import { render } from 'preact'
import type { ExtremeSide, PointMm } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import type { StructurePoints } from '../../shared/scanPoints.js'
import type { OverlayScene, PlacedPoint } from './overlayScene.js'
import { OverlayShapes } from './overlayShapes.js'
import { PLANE_AXES, tileAt, unproject, type Tile } from './projection.js'

/** What the user does to points on the drawing. */
export interface OverlayEvents {
  onMove(structure: string, side: ExtremeSide, pointMm: PointMm): void
  /** A point was pressed and not moved; `pointMm` is what lies under the mouse. */
  onPick(structure: string, side: ExtremeSide, pointMm: PointMm): void
}

/** Moving less than this far between press and release picks a point and does not move it. */
const DRAG_PX = 3

/** Draws boxes and points over NiiVue's planes, as SVG; points can be dragged. */
export class Overlay {
  private scene: OverlayScene = { tiles: [], spacingMm: 1, results: [], structures: [], active: null }
  private dragged: PlacedPoint | null = null

  constructor(
    private readonly element: SVGSVGElement,
    private readonly events: OverlayEvents,
  ) {}

  draw(scene: OverlayScene): void {
    this.scene = scene
    const { dragged } = this
    render(
      <OverlayShapes
        scene={dragged === null ? scene : { ...scene, structures: movedPoints(scene.structures, dragged) }}
        onPress={(event, point) => {
          this.press(event, point)
        }}
      />,
      this.element,
    )
  }

  private press(event: PointerEvent, point: PlacedPoint): void {
    if (event.button !== 0) return
    event.preventDefault()
    event.stopPropagation()
    this.dragged = point
    let isMoved = false
    const onMove = (move: PointerEvent): void => {
      if (this.dragged === null) return
      isMoved ||= Math.hypot(move.clientX - event.clientX, move.clientY - event.clientY) > DRAG_PX
      if (isMoved) this.dragTo(move, point)
    }
    const onUp = (up: PointerEvent): void => {
      window.removeEventListener('pointermove', onMove)
      window.removeEventListener('pointerup', onUp)
      const end = this.dragged
      this.dragged = null
      if (end === null) return
      if (isMoved) this.events.onMove(end.structure, end.side, end.pointMm)
      else this.events.onPick(point.structure, point.side, this.under(up, point.tile))
      this.draw(this.scene)
    }
    window.addEventListener('pointermove', onMove)
    window.addEventListener('pointerup', onUp)
  }

  private dragTo(event: PointerEvent, from: PlacedPoint): void {
    const { x, y } = this.inside(event)
    if (tileAt([from.tile], x, y) === null) return
    this.dragged = { ...from, pointMm: keepDepth(from.tile, from.pointMm, unproject(from.tile, x, y)) }
    this.draw(this.scene)
  }

  private under(event: PointerEvent, tile: Tile): PointMm {
    const { x, y } = this.inside(event)
    return unproject(tile, x, y)
  }

  private inside(event: PointerEvent): { readonly x: number; readonly y: number } {
    const bounds = this.element.getBoundingClientRect()
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top }
  }
}

/** Dragging changes only the two coordinates that the plane shows: a point seen from another plane must not be pulled onto it. */
function keepDepth(tile: Tile, from: PointMm, to: PointMm): PointMm {
  const depth = PLANE_AXES[tile.plane][2]
  return mapAxes((axis) => (axis === depth ? from[axis] : to[axis]))
}

function movedPoints(structures: readonly StructurePoints[], moved: PlacedPoint): StructurePoints[] {
  return structures.map((structure) =>
    structure.name === moved.structure
      ? { ...structure, points: { ...structure.points, [moved.side]: moved.pointMm } }
      : structure,
  )
}
