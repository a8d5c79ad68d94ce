import { render } from 'preact'
import type { BoxMm, ExtremeSide, PointMm } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import { withFace } from './boxFaces.js'
import type { BoxFace, MarkedStructure, OverlayScene, PlacedPoint } from './overlayScene.js'
import { OverlayShapes } from './overlayShapes.js'
import { PLANE_AXES, tileAt, unproject, type Tile } from './projection.js'

/** What the user does to points on the drawing. */
export interface OverlayEvents {
  onMove(structure: string, side: ExtremeSide, pointMm: PointMm): void
  /** A point was pressed and not moved; `pointMm` is what lies under the mouse. */
  onPick(structure: string, side: ExtremeSide, pointMm: PointMm): void
  /** The box is being dragged to this. */
  onBoxDrag(boxMm: BoxMm): void
  onBoxRelease(): void
  /** A correcting point is being dragged to this. */
  onCorrectionDrag(index: number, pointMm: PointMm): void
  onCorrectionRelease(index: number): void
  /** A correcting point was clicked with the right button. */
  onRemovePoint(index: number): void
}

/** Moving less than this far between press and release picks a point and does not move it. */
const DRAG_PX = 3

/** Draws boxes and points over the planes, as SVG; points can be dragged. */
export class Overlay {
  private scene: OverlayScene = {
    tiles: [],
    spacingMm: 1,
    outlines: [],
    crosshairMm: null,
    measured: null,
    brush: null,
    lasso: null,
    corrections: [],
    draggedBox: null,
    results: [],
    structures: [],
    active: null,
  }
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
        onPressFace={(event, tile, face) => {
          this.pressFace(event, tile, face)
        }}
        onPressPoint={(event, tile, index) => {
          this.pressCorrection(event, tile, index)
        }}
        onRemovePoint={(index) => {
          this.events.onRemovePoint(index)
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

  /** A face of the box was pressed: it follows the mouse along its axis, and never passes the other one. */
  private pressFace(event: PointerEvent, tile: Tile, face: BoxFace): void {
    follow(
      event,
      (move) => {
        const box = this.scene.draggedBox
        if (box !== null) this.events.onBoxDrag(withFace(box.boxMm, face, this.under(move, tile)[face.axis]))
      },
      () => {
        this.events.onBoxRelease()
      },
    )
  }

  /** A correcting point was pressed: it follows the mouse on its slice. */
  private pressCorrection(event: PointerEvent, tile: Tile, index: number): void {
    const { pointMm } = this.scene.corrections[index]
    follow(
      event,
      (move) => {
        this.events.onCorrectionDrag(index, keepDepth(tile, pointMm, this.under(move, tile)))
      },
      () => {
        this.events.onCorrectionRelease(index)
      },
    )
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

/** Follows the left button until it is released; `onEnd` comes only where the mouse has moved. */
function follow(event: PointerEvent, onMove: (move: PointerEvent) => void, onEnd: () => void): void {
  if (event.button !== 0) return
  event.preventDefault()
  event.stopPropagation()
  let isMoved = false
  const move = (moved: PointerEvent): void => {
    isMoved ||= Math.hypot(moved.clientX - event.clientX, moved.clientY - event.clientY) > DRAG_PX
    if (isMoved) onMove(moved)
  }
  const up = (): void => {
    window.removeEventListener('pointermove', move)
    window.removeEventListener('pointerup', up)
    if (isMoved) onEnd()
  }
  window.addEventListener('pointermove', move)
  window.addEventListener('pointerup', up)
}

/** Dragging changes only the two coordinates that the plane shows: a point seen from another plane must not be pulled onto it. */
function keepDepth(tile: Tile, from: PointMm, to: PointMm): PointMm {
  const depth = PLANE_AXES[tile.plane][2]
  return mapAxes((axis) => (axis === depth ? from[axis] : to[axis]))
}

function movedPoints(structures: readonly MarkedStructure[], moved: PlacedPoint): MarkedStructure[] {
  return structures.map((structure) =>
    structure.name === moved.structure
      ? { ...structure, points: { ...structure.points, [moved.side]: moved.pointMm } }
      : structure,
  )
}
