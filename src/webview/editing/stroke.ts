import { applyAffine } from '../../shared/geometry/affine.js'
import type { PointMm } from '../../shared/geometry/points.js'
import { RunWriter, type VoxelRuns } from '../../shared/labelEdit/voxelRuns.js'
import type { BoxVoxel } from '../../shared/structure.js'
import { sameGrid, valueAt, type ImageVolume } from '../viewer/imageVolume.js'

/** Labels that can be edited: larger values are not drawn either. */
export type EditableLabels = Uint8Array | Uint16Array

/** A range of HU, both ends inclusive. */
export interface HuRange {
  readonly low: number
  readonly high: number
}

/** What a stroke does to the voxels that it passes. */
export interface StrokeRule {
  readonly labelValue: number
  /** Takes voxels of the structure away, and leaves others alone. */
  readonly isErasing: boolean
  /** Label values that are never changed. */
  readonly locked: readonly number[]
  /** Only voxels that the scan shows in this range; null for all. */
  readonly rangeHu: HuRange | null
}

/** Labels per number that holds a place and a label. */
const LABELS = 0x10000

/** One stroke of a tool: paints at once, and says in the end what has changed. */
export class Stroke {
  /** Place and former label of each changed voxel, in one number each. */
  private readonly changed: number[] = []
  /** Changed since it was asked for last, in closest-RAS order. */
  private min: PointMm | null = null
  private max: PointMm = [0, 0, 0]
  private readonly huAt: (place: number, voxel: PointMm) => number

  constructor(
    private readonly data: EditableLabels,
    labels: ImageVolume,
    scan: ImageVolume,
    private readonly rule: StrokeRule,
  ) {
    this.huAt = sameGrid(scan, labels)
      ? (place) => scan.data[place]
      : (_place, voxel) => valueAt(scan, applyAffine(labels.order.affine, voxel))
  }

  /** Paints a voxel, where the rule lets it. */
  readonly paint = (place: number, voxel: PointMm): void => {
    const { labelValue, isErasing, locked, rangeHu } = this.rule
    const before = this.data[place]
    const after = isErasing ? 0 : labelValue
    if (before === after || (isErasing && before !== labelValue) || locked.includes(before)) return
    if (rangeHu !== null) {
      const hu = this.huAt(place, voxel)
      if (!(hu >= rangeHu.low && hu <= rangeHu.high)) return
    }
    this.data[place] = after
    this.changed.push(place * LABELS + before)
    const { min, max } = this
    this.min = min === null ? voxel : lowest(min, voxel)
    this.max = min === null ? voxel : highest(max, voxel)
  }

  /** The voxels that changed since this was asked last, in closest-RAS order; null for none. */
  takeBox(): BoxVoxel | null {
    const { min, max } = this
    this.min = null
    return min && { min, max }
  }

  /** All that the stroke changed. */
  runs(): VoxelRuns {
    const writer = new RunWriter()
    const after = this.rule.isErasing ? 0 : this.rule.labelValue
    for (const number of Float64Array.from(this.changed).sort())
      writer.add(Math.floor(number / LABELS), 1, number % LABELS, after)
    return writer.done()
  }
}

function lowest(a: PointMm, b: PointMm): PointMm {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.min(a[2], b[2])]
}

function highest(a: PointMm, b: PointMm): PointMm {
  return [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.max(a[2], b[2])]
}
