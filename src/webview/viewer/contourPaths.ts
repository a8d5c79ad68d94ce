/** The middles of a cell's edges, in half pixels from its first corner: top, right, bottom, left. */
const EDGES = { t: [1, 0], r: [2, 1], b: [1, 2], l: [0, 1] } as const

type Edge = keyof typeof EDGES

/**
 * Where an outline passes a cell of four pixels, by which of them lie inside (1 top left, 2 top right, 4 bottom right,
 * 8 bottom left): from edge to edge, inside on its left.
 */
const CASES: readonly (readonly (readonly [Edge, Edge])[])[] = [
  [],
  [['l', 't']],
  [['t', 'r']],
  [['l', 'r']],
  [['r', 'b']],
  [
    ['l', 't'],
    ['r', 'b'],
  ],
  [['t', 'b']],
  [['l', 'b']],
  [['b', 'l']],
  [['b', 't']],
  [
    ['t', 'r'],
    ['b', 'l'],
  ],
  [['b', 'r']],
  [['r', 'l']],
  [['r', 't']],
  [['t', 'l']],
  [],
]

/**
 * The outline of each label of a slice as an SVG path, in pixels whose middles are whole numbers (marching squares).
 * Corners are cut once (Chaikin), so that lines look like lines and not like stairs.
 */
export function contourPaths(labels: Uint16Array, width: number, height: number): ReadonlyMap<number, string> {
  const steps = outlineSteps(labels, width, height)
  return new Map([...steps].map(([label, next]) => [label, pathOf(next, 2 * width + 4)]))
}

/** For each label the way along its outlines: from each point to the next one, as places in a grid of half pixels. */
function outlineSteps(labels: Uint16Array, width: number, height: number): Map<number, Map<number, number>> {
  const all = new Map<number, Map<number, number>>()
  const columns = 2 * width + 4
  const at = (x: number, y: number): number => (x < 0 || y < 0 || x >= width || y >= height ? 0 : labels[y * width + x])
  for (let y = -1; y < height; y++) {
    // The left corners of a cell are the right ones of the cell before: most cells are of one label, and cost no more.
    let b = 0
    let c = 0
    for (let x = -1; x < width; x++) {
      const a = b
      const d = c
      b = at(x + 1, y)
      c = at(x + 1, y + 1)
      if (a === b && b === c && c === d) continue
      const corners = [a, b, c, d]
      for (const label of new Set(corners)) {
        if (label === 0) continue
        const inside = (a === label ? 1 : 0) + (b === label ? 2 : 0) + (c === label ? 4 : 0) + (d === label ? 8 : 0)
        let next = all.get(label)
        if (next === undefined) all.set(label, (next = new Map<number, number>()))
        // One pixel of margin keeps places positive.
        const place = (edge: Edge): number => 2 * (x + 1) + EDGES[edge][0] + columns * (2 * (y + 1) + EDGES[edge][1])
        for (const [from, to] of CASES[inside]) next.set(place(from), place(to))
      }
    }
  }
  return all
}

/** Closed lines through all steps; takes them out of `next`. */
function pathOf(next: Map<number, number>, columns: number): string {
  let path = ''
  for (const first of next.keys()) {
    const ring: (readonly [number, number])[] = []
    for (let place: number | undefined = first; place !== undefined;) {
      ring.push([(place % columns) / 2 - 1, Math.floor(place / columns) / 2 - 1])
      const after: number | undefined = next.get(place)
      next.delete(place)
      place = after
    }
    // The first point comes again where the line closes.
    ring.pop()
    path += cutCorners(ring)
  }
  return path
}

function cutCorners(ring: readonly (readonly [number, number])[]): string {
  let path = ''
  ring.forEach(([x, y], at) => {
    const [nextX, nextY] = ring[(at + 1) % ring.length]
    path += `${at === 0 ? 'M' : 'L'}${0.75 * x + 0.25 * nextX} ${0.75 * y + 0.25 * nextY}`
    path += `L${0.25 * x + 0.75 * nextX} ${0.25 * y + 0.75 * nextY}`
  })
  return `${path}Z`
}
