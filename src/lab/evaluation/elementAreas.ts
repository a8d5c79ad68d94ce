import type { PointMm } from '../../shared/geometry/points.js'
import { mapAxes, subtract } from '../../shared/geometry/vector.js'

/** The corners of a cube's six faces, counter-clockwise as seen from outside; bit 0 of a corner is x, bit 1 y, bit 2 z. */
const FACES = [
  [0, 4, 6, 2],
  [1, 3, 7, 5],
  [0, 1, 5, 4],
  [2, 6, 7, 3],
  [0, 2, 3, 1],
  [4, 5, 7, 6],
] as const

/**
 * Area in mm^2 of the surface through a cube of eight voxel middles, by which of them are inside: polygons with
 * their corners halfway along the cube's edges. Where a face has its inside voxels on a diagonal, they are kept apart.
 */
export function elementAreas(spacingMm: PointMm): Float64Array {
  return Float64Array.from({ length: 256 }, (_, code) =>
    polygons(code).reduce((sum, polygon) => sum + polygonArea(polygon.map((edge) => edgeMiddle(edge, spacingMm))), 0),
  )
}

/** An edge of the cube as its two corners, the smaller one first. */
type Edge = `${number}-${number}`

const edgeOf = (a: number, b: number): Edge => (a < b ? `${a}-${b}` : `${b}-${a}`)

/** Closed polygons of crossed edges. On a face, every run of inside corners is cut off from where it begins to where it ends. */
function polygons(code: number): Edge[][] {
  const inside = (corner: number): boolean => ((code >> corner) & 1) === 1
  const next = new Map<Edge, Edge>()
  for (const face of FACES) {
    face.forEach((corner, i) => {
      if (inside(face[(i + 3) % 4]) || !inside(corner)) return
      let end = i
      while (inside(face[(end + 1) % 4])) end++
      next.set(edgeOf(face[(i + 3) % 4], corner), edgeOf(face[end % 4], face[(end + 1) % 4]))
    })
  }
  const closed: Edge[][] = []
  while (next.size > 0) {
    const polygon: Edge[] = []
    let [edge] = [...next.keys()] as (Edge | undefined)[]
    while (edge !== undefined && next.has(edge)) {
      polygon.push(edge)
      const following = next.get(edge)
      next.delete(edge)
      edge = following
    }
    closed.push(polygon)
  }
  return closed
}

function edgeMiddle(edge: Edge, [sx, sy, sz]: PointMm): PointMm {
  const [a, b] = edge.split('-').map(Number)
  const along = (bit: number): number => (((a >> bit) & 1) + ((b >> bit) & 1)) / 2
  return [along(0) * sx, along(1) * sy, along(2) * sz]
}

/** Area of a polygon in space that need not be flat: triangles from its middle to its sides. */
function polygonArea(points: readonly PointMm[]): number {
  const middle = mapAxes((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length)
  return points.reduce((sum, p, i) => {
    const q = points[(i + 1) % points.length]
    const [ux, uy, uz] = subtract(p, middle)
    const [vx, vy, vz] = subtract(q, middle)
    return sum + Math.hypot(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx) / 2
  }, 0)
}
