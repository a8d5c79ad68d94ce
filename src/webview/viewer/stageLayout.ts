import type { Plane } from './projection.js'

/** Arrangements of the planes: one of them, one big one with the others, four alike, one with 3D, 3D alone. */
export const LAYOUTS = ['axial', 'coronal', 'sagittal', 'multiplanar', 'grid', 'planeAndRender', 'render'] as const

/** One of {@link LAYOUTS}. */
export type Layout = (typeof LAYOUTS)[number]

/** What a part of the stage shows. */
export type CellKind = Plane | 'render'

/** A part of the stage, in CSS pixels. */
export interface Cell {
  readonly kind: CellKind
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

type Rect = Omit<Cell, 'kind'>

/** Width and height that each plane has to hold, in mm. */
export type PlaneSizes = Readonly<Record<Plane, readonly [number, number]>>

const PLANES: readonly Plane[] = ['axial', 'coronal', 'sagittal']
const GAP_PX = 2
/** Shares of the stage that the big plane may get. */
const SHARES = Array.from({ length: 11 }, (_, at) => 0.5 + 0.02 * at)
/** How much of its box a body fills in a plane, and in a rendering. */
const BODY_FILL = 0.75
const RENDER_FILL = 0.45

/** Divides the stage so that as little as possible of it stays empty; `sizes` says what each plane has to hold, in mm. */
export function arrange(layout: Layout, mainPlane: Plane, stage: Rect, sizes: PlaneSizes): readonly Cell[] {
  switch (layout) {
    case 'axial':
    case 'coronal':
    case 'sagittal':
    case 'render':
      return [{ kind: layout, ...stage }]
    case 'multiplanar':
      return bestOf(
        mainAndOthers(mainPlane, [...PLANES.filter((plane) => plane !== mainPlane), 'render'], stage),
        sizes,
      )
    case 'planeAndRender':
      return bestOf(mainAndOthers(mainPlane, ['render'], stage), sizes)
    case 'grid':
      return grid(stage)
  }
}

/** Every way to put one big cell beside a column of the others, or above a row of them. */
function mainAndOthers(main: CellKind, others: readonly CellKind[], stage: Rect): Cell[][] {
  return SHARES.flatMap((share) =>
    [true, false].map((isRow) => {
      const [big, rest] = split(stage, share, isRow)
      return [{ kind: main, ...big }, ...stack(others, rest, !isRow)]
    }),
  )
}

function stack(kinds: readonly CellKind[], rect: Rect, isRow: boolean): Cell[] {
  const [kind, ...others] = kinds
  if (others.length === 0) return [{ kind, ...rect }]
  const [first, rest] = split(rect, 1 / kinds.length, isRow)
  return [{ kind, ...first }, ...stack(others, rest, isRow)]
}

/** The first `share` of a rectangle, from the left or the top, and the rest. */
function split({ left, top, width, height }: Rect, share: number, isRow: boolean): readonly [Rect, Rect] {
  if (isRow) {
    const first = Math.round((width - GAP_PX) * share)
    return [
      { left, top, width: first, height },
      { left: left + first + GAP_PX, top, width: width - first - GAP_PX, height },
    ]
  }
  const first = Math.round((height - GAP_PX) * share)
  return [
    { left, top, width, height: first },
    { left, top: top + first + GAP_PX, width, height: height - first - GAP_PX },
  ]
}

function grid(stage: Rect): Cell[] {
  const [left, right] = split(stage, 0.5, true)
  const [axial, sagittal] = split(left, 0.5, false)
  const [coronal, render] = split(right, 0.5, false)
  return [
    { kind: 'axial', ...axial },
    { kind: 'coronal', ...coronal },
    { kind: 'sagittal', ...sagittal },
    { kind: 'render', ...render },
  ]
}

/** The arrangement that shows the most of the body, of those that draw the first plane the largest. */
function bestOf(arrangements: readonly (readonly Cell[])[], sizes: PlaneSizes): readonly Cell[] {
  let best = arrangements[0]
  let bestArea = -1
  for (const cells of arrangements) {
    const scales = cells.map((cell) => scaleOf(cell, sizes))
    const isMainLargest = scales[0] >= Math.max(...scales.filter((_, at) => cells[at].kind !== 'render'))
    const area = cells.reduce((sum, cell) => sum + bodyArea(cell, sizes), 0) * (isMainLargest ? 1 : 0.5)
    if (area > bestArea) [best, bestArea] = [cells, area]
  }
  return best
}

/** Pixels per millimetre at which the body just fits. */
function scaleOf({ kind, width, height }: Cell, sizes: PlaneSizes): number {
  if (kind === 'render') return 0
  return Math.min(width / sizes[kind][0], height / sizes[kind][1])
}

function bodyArea(cell: Cell, sizes: PlaneSizes): number {
  if (cell.kind === 'render') return RENDER_FILL * Math.min(cell.width, cell.height) ** 2
  const [width, height] = sizes[cell.kind]
  return BODY_FILL * scaleOf(cell, sizes) ** 2 * width * height
}
