import { Fragment, type JSX } from 'preact'
import type { PointMm } from '../../shared/geometry/points.js'
import { EXTREME_SIDES } from '../../shared/geometry/points.js'
import { boxOfPlacedPoints, contradictorySides } from '../../shared/scanPoints.js'
import { SIDE_TEXT } from './sideText.js'
import { subtract } from '../../shared/geometry/vector.js'
import { BoxHandles, CorrectionPoints } from './correctionShapes.js'
import type {
  BoxFace,
  BrushCursor,
  MarkedStructure,
  Measured,
  OverlayScene,
  PlacedPoint,
  PlaneOutlines,
  ResultBox,
} from './overlayScene.js'
import { project, projectBox, type Tile } from './projection.js'

type OnPress = (event: PointerEvent, point: PlacedPoint) => void

/** The boxes and points on every plane. */
export function OverlayShapes({
  scene,
  onPress,
  onPressFace,
  onPressPoint,
  onRemovePoint,
}: {
  readonly scene: OverlayScene
  readonly onPress: OnPress
  readonly onPressFace: (event: PointerEvent, tile: Tile, face: BoxFace) => void
  readonly onPressPoint: (event: PointerEvent, tile: Tile, index: number) => void
  readonly onRemovePoint: (index: number) => void
}): JSX.Element {
  return (
    <>
      {scene.tiles.map((tile, index) => (
        <g key={index} clip-path={`url(#tile${index})`}>
          <clipPath id={`tile${index}`}>
            <rect x={tile.left} y={tile.top} width={tile.width} height={tile.height} />
          </clipPath>
          {index < scene.outlines.length && <OutlineShapes {...scene.outlines[index]} />}
          {scene.crosshairMm !== null && <Crosshair tile={tile} pointMm={scene.crosshairMm} />}
          {scene.measured !== null && <MeasuredLine tile={tile} measured={scene.measured} />}
          {scene.lasso !== null && <LassoLine tile={tile} lasso={scene.lasso} />}
          {scene.brush !== null && <BrushCircle tile={tile} brush={scene.brush} />}
          {scene.results.map((result, at) => (
            <ResultShapes key={at} tile={tile} result={result} spacingMm={scene.spacingMm} />
          ))}
          {scene.draggedBox !== null && <BoxHandles tile={tile} box={scene.draggedBox} onPressFace={onPressFace} />}
          <CorrectionPoints
            tile={tile}
            points={scene.corrections}
            reachMm={scene.spacingMm / 2}
            onPress={onPressPoint}
            onRemove={onRemovePoint}
          />
          {scene.structures.map((structure) => (
            <PointShapes key={structure.name} tile={tile} structure={structure} scene={scene} onPress={onPress} />
          ))}
        </g>
      ))}
    </>
  )
}

function OutlineShapes({ matrix, outlines }: PlaneOutlines): JSX.Element {
  return (
    <g transform={`matrix(${matrix.join(' ')})`}>
      {outlines.map(({ name, color, path }) => (
        <path key={name} class="outline" d={path} stroke={color} data-structure={name} />
      ))}
    </g>
  )
}

/** What the crosshair leaves free around the place that it marks. */
const GAP_PX = 9

function Crosshair({ tile, pointMm }: { readonly tile: Tile; readonly pointMm: PointMm }): JSX.Element {
  const at = project(tile, pointMm)
  // On whole pixels a line of one pixel is sharp.
  const [x, y] = [Math.round(at.x) + 0.5, Math.round(at.y) + 0.5]
  const { left, top, width, height } = tile
  return (
    <path
      class="crosshair"
      d={`M${left} ${y}H${x - GAP_PX}M${x + GAP_PX} ${y}H${left + width}M${x} ${top}V${y - GAP_PX}M${x} ${y + GAP_PX}V${top + height}`}
    />
  )
}

/** In the plane that it was measured in, also while another slice is shown. */
function MeasuredLine({ tile, measured }: { readonly tile: Tile; readonly measured: Measured }): JSX.Element | null {
  if (tile.plane !== measured.plane) return null
  const [from, to] = [project(tile, measured.fromMm), project(tile, measured.toMm)]
  return (
    <>
      <line class="measured" x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
      <text class="measured-text" x={(from.x + to.x) / 2 + 6} y={(from.y + to.y) / 2 - 6}>
        {`${Math.hypot(...subtract(measured.toMm, measured.fromMm)).toFixed(1)} mm`}
      </text>
    </>
  )
}

/** The tip of a brush, as large as what it paints. */
function BrushCircle({ tile, brush }: { readonly tile: Tile; readonly brush: BrushCursor }): JSX.Element | null {
  if (tile.plane !== brush.plane) return null
  const { x, y } = project(tile, brush.pointMm)
  const radiusPx = (brush.radiusMm * tile.width) / tile.fovMm[0]
  return (
    <>
      <circle class="brush-shadow" cx={x} cy={y} r={radiusPx} />
      <circle
        class={brush.isErasing ? 'brush-tip erasing' : 'brush-tip'}
        cx={x}
        cy={y}
        r={radiusPx}
        stroke={brush.color}
      />
    </>
  )
}

function LassoLine({
  tile,
  lasso,
}: {
  readonly tile: Tile
  readonly lasso: NonNullable<OverlayScene['lasso']>
}): JSX.Element | null {
  if (tile.plane !== lasso.plane) return null
  const corners = lasso.pointsMm.map((pointMm) => project(tile, pointMm)).map(({ x, y }) => `${x} ${y}`)
  return <path class="lasso" d={`M${corners.join('L')}Z`} />
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
      {result.isBoxShown && (
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
          <text class="box-name" x={x + 2} y={y - 4} fill={result.color}>
            {result.name}
          </text>
        </>
      )}
      {points
        .filter(({ at }) => at.offPlaneMm <= spacingMm)
        .map(({ side, at }) => (
          <circle key={side} class="result-point" cx={at.x} cy={at.y} r={3} fill={result.color} />
        ))}
    </>
  )
}

/** Around a point that contradicts the one of the other side. */
function WrongPoint({ x, y, text }: { readonly x: number; readonly y: number; readonly text: string }): JSX.Element {
  return (
    <g class="wrong-point">
      <circle cx={x} cy={y} r={11} />
      <text x={x + 14} y={y + 4}>
        {text}
      </text>
    </g>
  )
}

function PointShapes({
  tile,
  structure,
  scene,
  onPress,
}: {
  readonly tile: Tile
  readonly structure: MarkedStructure
  readonly scene: OverlayScene
  readonly onPress: OnPress
}): JSX.Element {
  const { name, color } = structure
  const isActive = name === scene.active
  const contradictory = contradictorySides(structure)
  const boxMm = boxOfPlacedPoints(structure)
  const box = boxMm === null ? null : projectBox(tile, boxMm)
  return (
    <>
      {box !== null && structure.isBoxShown && (box.cut || isActive) && (
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
        if (pointMm === undefined || !structure.arePointsShown) return null
        const at = project(tile, pointMm)
        const isOnPlane = at.offPlaneMm <= scene.spacingMm
        const isWrong = contradictory.includes(side)
        if (!isOnPlane && !isActive && !isWrong) return null
        return (
          <Fragment key={side}>
            <circle
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
              <title>{`${name}: ${SIDE_TEXT[side].short}${isWrong ? '. It contradicts the point of the other side.' : ''}`}</title>
            </circle>
            {isWrong && <WrongPoint x={at.x} y={at.y} text={`${SIDE_TEXT[side].short}?`} />}
          </Fragment>
        )
      })}
    </>
  )
}
