import {
  EXTREME_SIDES,
  type BoxMm,
  type ExtremePoints,
  type ExtremeSide,
  type PointMm,
} from '../../shared/geometry/points.js'
import { boxOfPlacedPoints, type StructurePoints } from '../../shared/scanPoints.js'
import { svg } from '../dom/dom.js'
import { SIDE_TEXT } from '../panels/sideText.js'
import { PLANE_AXES, project, projectBox, tileAt, unproject, type Tile } from './projection.js'

/** A structure of a result, drawn as a box with its points. */
export interface TruthResult {
  readonly name: string
  readonly color: string
  readonly boxMm: BoxMm
  readonly pointsMm: ExtremePoints | null
}

/** Everything that is drawn over the planes. */
export interface OverlayScene {
  readonly tiles: readonly Tile[]
  readonly spacingMm: number
  readonly results: readonly TruthResult[]
  readonly marks: readonly StructurePoints[]
  readonly active: string | null
}

/** What people do on the drawing. */
export interface OverlayEvents {
  onMove(structure: string, side: ExtremeSide, pointMm: PointMm): void
  /** A point was pressed and not moved; `pointMm` is what lies under the mouse. */
  onPick(structure: string, side: ExtremeSide, pointMm: PointMm): void
}

/** The SVG layer over the canvas. */
export interface Overlay {
  readonly element: SVGSVGElement
  draw(scene: OverlayScene): void
}

/** Makes the layer that draws boxes and points over NiiVue's planes; points can be dragged. */
export function createOverlay(events: OverlayEvents): Overlay {
  const element = svg('svg', { class: 'overlay', 'aria-hidden': 'true' })
  let scene: OverlayScene = { tiles: [], spacingMm: 1, results: [], marks: [], active: null }
  let dragged: { structure: string; side: ExtremeSide; pointMm: PointMm; tile: Tile } | null = null

  function draw(next: OverlayScene): void {
    scene = next
    const marks = dragged === null ? next.marks : movedPoints(next.marks, dragged)
    element.replaceChildren(
      ...next.tiles.map((tile, index) => {
        const group = svg('g', { 'clip-path': `url(#tile${index})` })
        const clip = svg('clipPath', { id: `tile${index}` })
        clip.append(svg('rect', { x: tile.left, y: tile.top, width: tile.width, height: tile.height }))
        group.append(clip)
        for (const result of next.results) drawResult(group, tile, result)
        for (const structure of marks) drawPoints(group, tile, structure)
        return group
      }),
    )
  }

  function drawResult(group: SVGGElement, tile: Tile, result: TruthResult): void {
    const box = projectBox(tile, result.boxMm)
    if (!box.cut) return
    group.append(
      svg('rect', {
        class: 'result-box',
        x: box.x,
        y: box.y,
        width: box.width,
        height: box.height,
        stroke: result.color,
        'data-structure': result.name,
      }),
    )
    if (result.pointsMm === null) return
    for (const side of EXTREME_SIDES) {
      const at = project(tile, result.pointsMm[side])
      if (at.offPlaneMm <= scene.spacingMm)
        group.append(svg('circle', { class: 'result-point', cx: at.x, cy: at.y, r: 3, fill: result.color }))
    }
  }

  function drawPoints(group: SVGGElement, tile: Tile, structure: StructurePoints): void {
    const active = structure.name === scene.active
    const boxMm = boxOfPlacedPoints(structure)
    if (boxMm !== null) {
      const box = projectBox(tile, boxMm)
      if (box.cut || active) {
        group.append(
          svg('rect', {
            class: box.cut ? 'mark-box' : 'mark-box off-plane',
            x: box.x,
            y: box.y,
            width: box.width,
            height: box.height,
            stroke: structure.color,
            'data-structure': structure.name,
          }),
        )
      }
    }
    for (const side of EXTREME_SIDES) {
      const pointMm = structure.points[side]
      if (pointMm === undefined) continue
      const at = project(tile, pointMm)
      const onPlane = at.offPlaneMm <= scene.spacingMm
      if (!onPlane && !active) continue
      const dot = svg('circle', {
        class: onPlane ? 'mark-point' : 'mark-point off-plane',
        cx: at.x,
        cy: at.y,
        r: onPlane ? 6 : 4,
        stroke: structure.color,
        fill: onPlane ? structure.color : 'none',
        'data-side': side,
        'data-structure': structure.name,
      })
      const title = svg('title', {})
      title.textContent = `${structure.name}: ${SIDE_TEXT[side].short}`
      dot.append(title)
      dot.addEventListener('pointerdown', (event) => {
        startDrag(event, structure.name, side, pointMm, tile)
      })
      group.append(dot)
    }
  }

  function startDrag(event: PointerEvent, structure: string, side: ExtremeSide, pointMm: PointMm, tile: Tile): void {
    if (event.button !== 0) return
    event.preventDefault()
    event.stopPropagation()
    dragged = { structure, side, pointMm, tile }
    const origin = { x: event.clientX, y: event.clientY }
    let moved = false
    const onMove = (move: PointerEvent): void => {
      if (dragged === null) return
      moved ||= Math.hypot(move.clientX - origin.x, move.clientY - origin.y) > 3
      if (!moved) return
      const place = inside(move)
      const under = tileAt([tile], place.x, place.y)
      if (under === null) return
      dragged = { ...dragged, pointMm: keepDepth(tile, pointMm, unproject(under, place.x, place.y)) }
      draw(scene)
    }
    const onUp = (up: PointerEvent): void => {
      window.removeEventListener('pointermove', onMove)
      window.removeEventListener('pointerup', onUp)
      const end = dragged
      dragged = null
      if (end === null) return
      if (moved) events.onMove(end.structure, end.side, end.pointMm)
      else events.onPick(structure, side, unproject(tile, inside(up).x, inside(up).y))
      draw(scene)
    }
    window.addEventListener('pointermove', onMove)
    window.addEventListener('pointerup', onUp)
  }

  function inside(event: PointerEvent): { readonly x: number; readonly y: number } {
    const bounds = element.getBoundingClientRect()
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top }
  }

  return { element, draw }
}

/** Dragging changes only the two coordinates that the plane shows: a point seen from another plane must not be pulled onto it. */
function keepDepth(tile: Tile, from: PointMm, to: PointMm): PointMm {
  const depth = PLANE_AXES[tile.plane][2]
  return [depth === 0 ? from[0] : to[0], depth === 1 ? from[1] : to[1], depth === 2 ? from[2] : to[2]]
}

function movedPoints(
  marks: readonly StructurePoints[],
  moved: { readonly structure: string; readonly side: ExtremeSide; readonly pointMm: PointMm },
): StructurePoints[] {
  return marks.map((structure) =>
    structure.name === moved.structure
      ? { ...structure, points: { ...structure.points, [moved.side]: moved.pointMm } }
      : structure,
  )
}
