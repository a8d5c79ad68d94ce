import type { JSX } from 'preact'
import type { RefinePoint } from '../../shared/refinement.js'
import { facesOnTile } from './boxFaces.js'
import type { BoxFace, DraggedBox } from './overlayScene.js'
import { project, projectBox, type Tile } from './projection.js'

/** Points that correct a mask, on the slices that they were set on: a plus for the structure, a minus for what is not of it. */
export function CorrectionPoints({
  tile,
  points,
  reachMm,
  onPress,
  onRemove,
}: {
  readonly tile: Tile
  readonly points: readonly RefinePoint[]
  /** A point is on a slice that is no further from it. */
  readonly reachMm: number
  readonly onPress: (event: PointerEvent, tile: Tile, index: number) => void
  readonly onRemove: (index: number) => void
}): JSX.Element {
  return (
    <>
      {points.map(({ pointMm, isInside }, index) => {
        const { x, y, offPlaneMm } = project(tile, pointMm)
        if (offPlaneMm > reachMm) return null
        return (
          <g
            key={index}
            class={isInside ? 'correction inside' : 'correction outside'}
            data-correction={index}
            onPointerDown={(event) => {
              event.stopPropagation()
              if (event.button === 2) onRemove(index)
              else if (event.button === 0) onPress(event, tile, index)
            }}
            onContextMenu={(event) => {
              event.preventDefault()
              event.stopPropagation()
            }}
          >
            <title>{`${isInside ? 'Of the structure' : 'Not of the structure'}. Drag to move it; the right button takes it away.`}</title>
            <circle cx={x} cy={y} r={7} />
            <path d={isInside ? `M${x - 4} ${y}h8M${x} ${y - 4}v8` : `M${x - 4} ${y}h8`} />
          </g>
        )
      })}
    </>
  )
}

/** The box that is corrected, with a handle on each face that the plane shows from the side. */
export function BoxHandles({
  tile,
  box,
  onPressFace,
}: {
  readonly tile: Tile
  readonly box: DraggedBox
  readonly onPressFace: (event: PointerEvent, tile: Tile, face: BoxFace) => void
}): JSX.Element {
  const { x, y, width, height, cut } = projectBox(tile, box.boxMm)
  return (
    <>
      <rect
        class={cut ? 'dragged-box' : 'dragged-box off-plane'}
        x={x}
        y={y}
        width={width}
        height={height}
        stroke={box.color}
      />
      {facesOnTile(tile, box.boxMm).map(({ face, isAcross, ...at }) => (
        <rect
          key={`${face.axis}${face.end}`}
          class={isAcross ? 'box-handle across' : 'box-handle'}
          x={at.x - 5}
          y={at.y - 5}
          width={10}
          height={10}
          fill={box.color}
          data-face={`${face.axis}${face.end}`}
          onPointerDown={(event) => {
            onPressFace(event, tile, face)
          }}
        >
          <title>{`Drag to move this face of the box of ${box.name}`}</title>
        </rect>
      ))}
    </>
  )
}
