import type { JSX } from 'preact'
import { EXTREME_SIDES } from '../../shared/geometry/points.js'
import { boxOfPlacedPoints, type StructurePoints } from '../../shared/scanPoints.js'
import { SIDE_TEXT } from './sideText.js'
import type { OverlayScene, PlacedPoint, ResultBox } from './overlayScene.js'
import { project, projectBox, type Tile } from './projection.js'

type OnPress = (event: PointerEvent, point: PlacedPoint) => void

/** The boxes and points on every plane. */
export function OverlayShapes({
  scene,
  onPress,
}: {
  readonly scene: OverlayScene
  readonly onPress: OnPress
}): JSX.Element {
  return (
    <>
      {scene.tiles.map((tile, index) => (
        <g key={index} clip-path={`url(#tile${index})`}>
          <clipPath id={`tile${index}`}>
            <rect x={tile.left} y={tile.top} width={tile.width} height={tile.height} />
          </clipPath>
          {scene.results.map((result, at) => (
            <ResultShapes key={at} tile={tile} result={result} spacingMm={scene.spacingMm} />
          ))}
          {scene.structures.map((structure) => (
            <PointShapes key={structure.name} tile={tile} structure={structure} scene={scene} onPress={onPress} />
          ))}
        </g>
      ))}
    </>
  )
}

function ResultShapes({
  tile,
  result,
  spacingMm,
}: {
  readonly tile: Tile
  readonly result: ResultBox
  readonly spacingMm: number
}): JSX.Element | null {
  const { x, y, width, height, cut } = projectBox(tile, result.boxMm)
  if (!cut) return null
  const { pointsMm } = result
  const points = pointsMm === null ? [] : EXTREME_SIDES.map((side) => ({ side, at: project(tile, pointsMm[side]) }))
  return (
    <>
      <rect
        class="result-box"
        x={x}
        y={y}
        width={width}
        height={height}
        stroke={result.color}
        data-structure={result.name}
      />
      {points
        .filter(({ at }) => at.offPlaneMm <= spacingMm)
        .map(({ side, at }) => (
          <circle key={side} class="result-point" cx={at.x} cy={at.y} r={3} fill={result.color} />
        ))}
    </>
  )
}

function PointShapes({
  tile,
  structure,
  scene,
  onPress,
}: {
  readonly tile: Tile
  readonly structure: StructurePoints
  readonly scene: OverlayScene
  readonly onPress: OnPress
}): JSX.Element {
  const { name, color } = structure
  const isActive = name === scene.active
  const boxMm = boxOfPlacedPoints(structure)
  const box = boxMm === null ? null : projectBox(tile, boxMm)
  return (
    <>
      {box !== null && (box.cut || isActive) && (
        <rect
          class={box.cut ? 'mark-box' : 'mark-box off-plane'}
          x={box.x}
          y={box.y}
          width={box.width}
          height={box.height}
          stroke={color}
          data-structure={name}
        />
      )}
      {EXTREME_SIDES.map((side) => {
        const pointMm = structure.points[side]
        if (pointMm === undefined) return null
        const at = project(tile, pointMm)
        const isOnPlane = at.offPlaneMm <= scene.spacingMm
        if (!isOnPlane && !isActive) return null
        return (
          <circle
            key={side}
            class={isOnPlane ? 'mark-point' : 'mark-point off-plane'}
            cx={at.x}
            cy={at.y}
            r={isOnPlane ? 6 : 4}
            stroke={color}
            fill={isOnPlane ? color : 'none'}
            data-side={side}
            data-structure={name}
            onPointerDown={(event) => {
              onPress(event, { structure: name, side, pointMm, tile })
            }}
          >
            <title>{`${name}: ${SIDE_TEXT[side].short}`}</title>
          </circle>
        )
      })}
    </>
  )
}
