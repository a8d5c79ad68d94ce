import type { JSX } from 'preact'
import type { Plane, Tile } from './projection.js'
import type { Cell } from './stageLayout.js'
import type { PlaneView } from './viewer.js'

/** What stands on the planes beside the scan. */
export interface FrameScene {
  readonly planes: readonly PlaneView[]
  readonly cells: readonly Cell[]
  readonly activePlane: Plane
  /** Axial slices that are marked beside the slider. */
  readonly fixedSlices: readonly number[]
  readonly renderProblem: string | null
}

const TITLES: Readonly<Record<Plane, string>> = { axial: 'Axial', coronal: 'Coronal', sagittal: 'Sagittal' }
/** Letters at the low and high end of a plane's horizontal and vertical axis. */
const LETTERS: Readonly<Record<Plane, readonly [string, string, string, string]>> = {
  axial: ['L', 'R', 'P', 'A'],
  coronal: ['L', 'R', 'I', 'S'],
  sagittal: ['P', 'A', 'I', 'S'],
}
const SCALE_BARS_MM = [1, 2, 5, 10, 20, 50, 100, 200]
/** A scale bar takes at most so much of a plane's width, but holds its text. */
const SCALE_SHARE = 0.3
const MIN_SCALE_PX = 44
/** Where a plane is narrower, its letters tell which one it is. */
const NARROW_PX = 240

/** Names, slice numbers, sliders, letters and scale bars of the planes, and the frame around the one that keys act in. */
export function PlaneFrames({
  scene,
  onSlice,
}: {
  readonly scene: FrameScene
  readonly onSlice: (plane: Plane, index: number) => void
}): JSX.Element {
  const render = scene.cells.find(({ kind }) => kind === 'render')
  return (
    <>
      {scene.planes.map((plane) => (
        <PlaneFrame
          key={plane.tile.plane}
          plane={plane}
          isActive={scene.planes.length > 1 && plane.tile.plane === scene.activePlane}
          marks={plane.tile.plane === 'axial' ? scene.fixedSlices : []}
          onSlice={onSlice}
        />
      ))}
      {render !== undefined && (
        <div class="plane-frame" key="render" style={placeOf(render)} data-cell="render">
          <span class="plane-title">3D</span>
          {scene.renderProblem !== null && <p class="render-problem">{scene.renderProblem}</p>}
        </div>
      )}
    </>
  )
}

function PlaneFrame({
  plane: { tile, slice, sliceCount },
  isActive,
  marks,
  onSlice,
}: {
  readonly plane: PlaneView
  readonly isActive: boolean
  readonly marks: readonly number[]
  readonly onSlice: (plane: Plane, index: number) => void
}): JSX.Element {
  const title = TITLES[tile.plane]
  const [low, high, bottom, top] = LETTERS[tile.plane]
  const bar = scaleBar(tile)
  return (
    <div class={isActive ? 'plane-frame active' : 'plane-frame'} style={placeOf(tile)} data-cell={tile.plane}>
      <span class="plane-title">{`${tile.width < NARROW_PX ? '' : `${title} `}${slice.index + 1} of ${sliceCount}`}</span>
      <span class="letter left">{tile.mirrored ? high : low}</span>
      <span class="letter right">{tile.mirrored ? low : high}</span>
      <span class="letter top">{top}</span>
      <span class="letter bottom">{bottom}</span>
      <span class="scale-bar" style={{ width: bar.px }}>
        {bar.text}
      </span>
      <input
        class="slice-slider"
        type="range"
        min="0"
        max={String(sliceCount - 1)}
        step="1"
        aria-label={`${title} slice`}
        // The wheel and the keys of the planes do the same.
        tabIndex={-1}
        value={String(slice.index)}
        onInput={({ currentTarget }) => {
          onSlice(tile.plane, Number(currentTarget.value))
        }}
      />
      {marks.length > 0 && (
        <div class="slice-marks" aria-hidden="true">
          {marks.map((index) => (
            <span
              key={index}
              data-slice={index}
              style={{ bottom: `${(100 * index) / Math.max(1, sliceCount - 1)}%` }}
            />
          ))}
        </div>
      )}
    </div>
  )
}

function placeOf({ left, top, width, height }: Omit<Cell, 'kind'>): Record<string, string> {
  return { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` }
}

/** The longest round length that leaves room beside it. */
function scaleBar({ width, fovMm }: Tile): { readonly px: string; readonly text: string } {
  const pxPerMm = width / fovMm[0]
  const mm =
    SCALE_BARS_MM.findLast((length) => length * pxPerMm <= Math.max(MIN_SCALE_PX, SCALE_SHARE * width)) ??
    SCALE_BARS_MM[0]
  return { px: `${(mm * pxPerMm).toFixed(1)}px`, text: mm < 10 ? `${mm} mm` : `${mm / 10} cm` }
}
