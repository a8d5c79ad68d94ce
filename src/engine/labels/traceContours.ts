/** A closed contour in pixels, x and y of each point in turn; the centre of the first pixel is at 0, 0. */
export type PixelContour = readonly number[]

/** A part of a slice: `isInside` is asked for pixels from 0 up to these numbers, not included. */
export interface PixelMask {
  readonly columns: number
  readonly rows: number
  readonly isInside: (x: number, y: number) => boolean
}

type Edge = 'top' | 'right' | 'bottom' | 'left'

/**
 * The outline in a square of four pixels, from edge to edge, so that what is inside lies on the right. Numbered by the
 * pixels inside: 1 upper left, 2 upper right, 4 lower right, 8 lower left. Pixels that touch at a corner only stay apart.
 */
const OUTLINES: readonly (readonly (readonly [Edge, Edge])[])[] = [
  [],
  [['top', 'left']],
  [['right', 'top']],
  [['right', 'left']],
  [['bottom', 'right']],
  [
    ['top', 'left'],
    ['bottom', 'right'],
  ],
  [['bottom', 'top']],
  [['bottom', 'left']],
  [['left', 'bottom']],
  [['top', 'bottom']],
  [
    ['right', 'top'],
    ['left', 'bottom'],
  ],
  [['right', 'bottom']],
  [['left', 'right']],
  [['top', 'right']],
  [['left', 'top']],
  [],
]

/** Where the middle of an edge lies from the upper left pixel of a square, in half pixels. */
const HALVES: Readonly<Record<Edge, readonly [number, number]>> = {
  top: [1, 0],
  right: [2, 1],
  bottom: [1, 2],
  left: [0, 1],
}

/** Points by their place in half pixels, in a number that tells them apart. */
interface Points {
  readonly width: number
}

/**
 * The outlines of a mask in one slice, through the middle between pixels inside and outside (marching squares): a pixel
 * belongs to it exactly when its centre lies in a contour. A hole is joined to what is around it by a channel without
 * width, a keyhole, as DICOM has it (PS3.3, C.8.8.6.3). Points on straight lines are left out.
 */
export function traceContours(mask: PixelMask): PixelContour[] {
  const points: Points = { width: 2 * mask.columns + 3 }
  const loops = closedLoops(outlineSteps(mask, points))
  return joinHoles(loops, points).map((loop) =>
    withoutStraight(loop.map((key) => placeOf(key, points))).flatMap(([x, y]) => [x / 2, y / 2]),
  )
}

/** One pixel more on every side, so that no number is negative. */
function keyOf(x: number, y: number, { width }: Points): number {
  return x + 2 + width * (y + 2)
}

function placeOf(key: number, { width }: Points): readonly [number, number] {
  return [(key % width) - 2, Math.floor(key / width) - 2]
}

/** From each point of the outlines to the next. */
function outlineSteps({ columns, rows, isInside }: PixelMask, points: Points): Map<number, number> {
  const steps = new Map<number, number>()
  const at = (x: number, y: number): number => (x >= 0 && y >= 0 && x < columns && y < rows && isInside(x, y) ? 1 : 0)
  for (let y = -1; y < rows; y++) {
    for (let x = -1; x < columns; x++) {
      const square = at(x, y) + 2 * at(x + 1, y) + 4 * at(x + 1, y + 1) + 8 * at(x, y + 1)
      for (const [from, to] of OUTLINES[square]) {
        const [a, b] = [HALVES[from], HALVES[to]]
        steps.set(keyOf(2 * x + a[0], 2 * y + a[1], points), keyOf(2 * x + b[0], 2 * y + b[1], points))
      }
    }
  }
  return steps
}

function closedLoops(steps: Map<number, number>): number[][] {
  const loops: number[][] = []
  for (const start of [...steps.keys()].sort((a, b) => a - b)) {
    const loop: number[] = []
    let point: number | undefined = start
    while (point !== undefined && steps.has(point)) {
      loop.push(point)
      const next: number | undefined = steps.get(point)
      steps.delete(point)
      point = next
    }
    if (loop.length > 0) loops.push(loop)
  }
  return loops
}

/**
 * Joins each hole, from its leftmost point straight to the left, with the first outline there. Holes further left come
 * first, so that what a hole meets is part of an outer outline by then.
 */
function joinHoles(loops: readonly number[][], points: Points): number[][] {
  const isHole = (loop: readonly number[]): boolean => doubleArea(loop.map((key) => placeOf(key, points))) < 0
  const outer = loops.filter((loop) => !isHole(loop))
  const owner = new Map(outer.flatMap((loop) => loop.map((key) => [key, loop] as const)))
  const leftmost = (loop: readonly number[]): number =>
    loop.reduce((best, key) => (placeOf(key, points)[0] < placeOf(best, points)[0] ? key : best))
  const holes = loops.filter(isHole).map((loop) => ({ loop, start: leftmost(loop) }))
  holes.sort((a, b) => placeOf(a.start, points)[0] - placeOf(b.start, points)[0])
  for (const { loop, start } of holes) {
    const [startX] = placeOf(start, points)
    let [met, outline] = [start, owner.get(start)]
    // Outlines cross the middle of a row of pixels between two of them: at every other half.
    for (let left = 2; outline === undefined && left <= startX + 2; left += 2) {
      met = start - left
      outline = owner.get(met)
    }
    if (outline === undefined) continue
    const from = loop.indexOf(start)
    const around = [...loop.slice(from), ...loop.slice(0, from), start]
    outline.splice(outline.indexOf(met) + 1, 0, ...around, met)
    for (const key of loop) owner.set(key, outline)
  }
  return outer
}

/** Twice the area of a contour; negative around a hole. */
function doubleArea(loop: readonly (readonly [number, number])[]): number {
  return loop.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = loop[(i + 1) % loop.length]
    return sum + x * nextY - nextX * y
  }, 0)
}

function withoutStraight(loop: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  return loop.filter(([x, y], i) => {
    const [beforeX, beforeY] = loop[(i + loop.length - 1) % loop.length]
    const [nextX, nextY] = loop[(i + 1) % loop.length]
    const [a, b, c, d] = [x - beforeX, y - beforeY, nextX - x, nextY - y]
    // Where a channel turns back it is straight too, but its end is needed.
    return a * d - b * c !== 0 || a * c + b * d < 0
  })
}
