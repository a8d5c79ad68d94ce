import type { PointMm, Size3 } from '../../shared/geometry/points.js'
import { squaredDistances } from './distanceTransform.js'
import type { PaddedMask } from './paddedMask.js'

/**
 * Surface Dice at a tolerance (normalized surface distance; Nikolov et al. 2021): the share of both surfaces
 * that lies within the tolerance of the other. Surface elements stand on the corners between eight voxels and
 * count by the area of the surface there. Both masks lie on one grid and hold a voxel.
 */
export function surfaceDice(a: PaddedMask, b: PaddedMask, spacingMm: PointMm, toleranceMm: number): number {
  const areas = elementAreas(spacingMm)
  const [surfaceA, surfaceB] = [surfaceElements(a), surfaceElements(b)]
  const limit = toleranceMm ** 2 * (1 + 1e-9)
  const measure = (own: SurfaceElements, other: SurfaceElements): { readonly near: number; readonly all: number } => {
    const squared = squaredDistances(other.onSurface, other.size, spacingMm)
    let [near, all] = [0, 0]
    for (let i = 0; i < own.codes.length; i++) {
      if (own.onSurface[i] === 0) continue
      const area = areas[own.codes[i]]
      all += area
      if (squared[i] <= limit) near += area
    }
    return { near, all }
  }
  const [ofA, ofB] = [measure(surfaceA, surfaceB), measure(surfaceB, surfaceA)]
  return (ofA.near + ofB.near) / (ofA.all + ofB.all)
}

interface SurfaceElements {
  /** Per corner of voxels which of its eight voxels are inside, one bit each. */
  readonly codes: Uint8Array
  /** 1 where some but not all are. */
  readonly onSurface: Uint8Array
  readonly size: Size3
}

function surfaceElements({ data, size: [nx, ny, nz] }: PaddedMask): SurfaceElements {
  // The mask's rim is empty, so the corners between voxels are all there are.
  const size: Size3 = [nx - 1, ny - 1, nz - 1]
  const codes = new Uint8Array(size[0] * size[1] * size[2])
  const onSurface = new Uint8Array(codes.length)
  const slice = nx * ny
  let at = 0
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      let i = nx * (y + ny * z)
      for (let x = 0; x < size[0]; x++, i++, at++) {
        const near = data[i] | (data[i + 1] << 1) | (data[i + nx] << 2) | (data[i + nx + 1] << 3)
        const far =
          data[i + slice] | (data[i + slice + 1] << 1) | (data[i + slice + nx] << 2) | (data[i + slice + nx + 1] << 3)
        const code = near | (far << 4)
        codes[at] = code
        onSurface[at] = code === 0 || code === 255 ? 0 : 1
      }
    }
  }
  return { codes, onSurface, size }
}

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
  const along = (axis: 0 | 1 | 2): number => points.reduce((sum, point) => sum + point[axis], 0) / points.length
  const middle: PointMm = [along(0), along(1), along(2)]
  return points.reduce((sum, p, i) => {
    const q = points[(i + 1) % points.length]
    const [ux, uy, uz] = [p[0] - middle[0], p[1] - middle[1], p[2] - middle[2]]
    const [vx, vy, vz] = [q[0] - middle[0], q[1] - middle[1], q[2] - middle[2]]
    return sum + Math.hypot(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx) / 2
  }, 0)
}
