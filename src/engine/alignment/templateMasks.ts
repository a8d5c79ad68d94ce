import type { ExtremePoints, PointMm, Size3 } from '../../shared/geometry/points.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'
import { applyAffine, invertAffine } from '../../shared/geometry/affine.js'
import { volumeBox } from '../../shared/geometry/boxConversion.js'
import { gridOver, perAxis, type Grid } from './grid.js'

/** Spacing of the masks that a template holds, in mm. */
const MASK_MM = 6
/** Points per cell and axis at which a label map is looked up. */
const SUBSAMPLES = 4

/** One structure of a template: the share of each cell it fills, on the cells around it. */
export interface TemplateMask extends Grid {
  readonly name: string
  /** Cut by the template's field of view. */
  readonly cut: boolean
  /** The extreme points that it was made from where nobody has drawn the structure; null where it is drawn. */
  readonly points: ExtremePoints | null
  /** 255 for a filled cell. */
  readonly data: Uint8Array
}

interface LabelCounts {
  readonly label: number
  readonly counts: Uint8Array
  readonly low: [number, number, number]
  readonly high: [number, number, number]
}

function cut({ counts, low, high }: LabelCounts, grid: Grid, name: string): TemplateMask {
  const size: Size3 = perAxis((axis) => high[axis] - low[axis] + 1)
  const data = new Uint8Array(size[0] * size[1] * size[2])
  const full = SUBSAMPLES ** 3
  for (let z = 0, to = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      const from = low[0] + grid.size[0] * (low[1] + y + grid.size[1] * (low[2] + z))
      for (let x = 0; x < size[0]; x++) data[to++] = Math.round((255 * counts[from + x]) / full)
    }
  }
  const originMm: PointMm = perAxis((axis) => grid.originMm[axis] + low[axis] * grid.spacingMm)
  const cut = [0, 1, 2].some((axis) => low[axis] === 0 || high[axis] >= grid.size[axis] - 1)
  return { name, size, originMm, spacingMm: grid.spacingMm, cut, points: null, data }
}

/**
 * Soft masks of the labels of a label map on a coarse grid: each cell looks the label map up at 4 x 4 x 4 points.
 * @param names structure name by label value; other labels are left out
 */
export function templateMasks(
  labels: LabelVolume,
  names: ReadonlyMap<number, string>,
  spacingMm: number = MASK_MM,
): TemplateMask[] {
  const grid = gridOver(volumeBox(labels), spacingMm)
  const cells = grid.size[0] * grid.size[1] * grid.size[2]
  const found = new Map<number, LabelCounts>()
  const inverse = invertAffine(labels.affine)
  const step = spacingMm / SUBSAMPLES
  const [lx, ly, lz] = labels.size
  const start = perAxis((axis) => grid.originMm[axis] - spacingMm / 2 + step / 2)
  for (let z = 0; z < grid.size[2] * SUBSAMPLES; z++) {
    for (let y = 0; y < grid.size[1] * SUBSAMPLES; y++) {
      const [vx, vy, vz] = applyAffine(inverse, [start[0], start[1] + y * step, start[2] + z * step])
      const row = grid.size[0] * ((y >> 2) + grid.size[1] * (z >> 2))
      for (let x = 0; x < grid.size[0] * SUBSAMPLES; x++) {
        const i = Math.round(vx + x * step * inverse[0])
        const j = Math.round(vy + x * step * inverse[4])
        const k = Math.round(vz + x * step * inverse[8])
        if (i < 0 || j < 0 || k < 0 || i >= lx || j >= ly || k >= lz) continue
        const label = labels.data[i + lx * (j + ly * k)]
        if (label === 0 || !names.has(label)) continue
        let counts = found.get(label)
        if (counts === undefined) {
          counts = {
            label,
            counts: new Uint8Array(cells),
            low: [x >> 2, y >> 2, z >> 2],
            high: [x >> 2, y >> 2, z >> 2],
          }
          found.set(label, counts)
        }
        counts.counts[row + (x >> 2)]++
        const cell = [x >> 2, y >> 2, z >> 2]
        for (let axis = 0; axis < 3; axis++) {
          if (cell[axis] < counts.low[axis]) counts.low[axis] = cell[axis]
          if (cell[axis] > counts.high[axis]) counts.high[axis] = cell[axis]
        }
      }
    }
  }
  return [...found.values()]
    .sort((a, b) => a.label - b.label)
    .map((counts) => cut(counts, grid, names.get(counts.label) ?? ''))
}

/**
 * A stand-in for a structure of which only the six extreme points are known: eight parts of ellipsoids around the middle
 * of its box that reach its walls.
 */
export function maskOfPoints(name: string, points: ExtremePoints, spacingMm: number = MASK_MM): TemplateMask {
  const box = {
    min: [points.right[0], points.posterior[1], points.inferior[2]] as const,
    max: [points.left[0], points.anterior[1], points.superior[2]] as const,
  }
  const grid = gridOver(box, spacingMm)
  const middle = perAxis((axis) => (box.min[axis] + box.max[axis]) / 2)
  const radius = perAxis((axis) => Math.max(spacingMm / 2, (box.max[axis] - box.min[axis]) / 2))
  const [nx, ny, nz] = grid.size
  const data = new Uint8Array(nx * ny * nz)
  for (let z = 0, at = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, at++) {
        const cell = [x, y, z]
        const off = Math.hypot(
          ...perAxis((axis) => (grid.originMm[axis] + cell[axis] * spacingMm - middle[axis]) / radius[axis]),
        )
        data[at] = off <= 1 ? 255 : 0
      }
    }
  }
  return { ...grid, name, cut: false, points, data }
}
