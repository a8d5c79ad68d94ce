import { spacingMm, applyAffine } from '../../shared/geometry/affine.js'
import type { BoxMm, PointMm, Size3 } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import {
  applyRuns,
  boundsOfRuns,
  invertRuns,
  largestAfter,
  NO_RUNS,
  runsThatFit,
  RunWriter,
  type VoxelRuns,
} from '../../shared/labelEdit/voxelRuns.js'
import { Stroke, type EditableLabels, type StrokeRule } from '../editing/stroke.js'
import { imageVolume, sameGrid, type ImageVolume } from './imageVolume.js'
import { labelBox } from '../../shared/geometry/labelBox.js'
import type { BoxVoxel } from '../../shared/structure.js'
import { labelStats, statsAfter, type LabelStats } from './labelStats.js'
import { PLANE_AXES, type Plane } from './projection.js'

/** A label map's statistics, in the units that are shown. */
export interface LabelFacts extends LabelStats {
  readonly volumeMl: number
  readonly insideMm: PointMm
}

/** The index of the slice in each plane, drawn or not. */
export type ShownSlices = Readonly<Record<Plane, number>>

/** Surfaces take long to make: they follow when nothing was edited for so long. */
const SURFACES_AFTER_MS = 700

/** The box of a label, and the statistics of the labels that it belongs to. */
interface KeptBox {
  readonly stats: readonly LabelStats[]
  readonly labelValue: number
  readonly boxMm: BoxMm | null
}

/** The labels on display, which are edited in place. */
export class ShownLabels {
  /** By identity another one when all of it is to be drawn anew. */
  volume: ImageVolume
  /** The same voxels; another one by identity when surfaces are to be made anew. */
  forSurfaces: ImageVolume
  /** How often the slices of a plane that is drawn were edited. */
  edits: Readonly<Record<Plane, number>> = { axial: 0, coronal: 0, sagittal: 0 }
  /** Whether they are being drawn. */
  isInStroke = false
  /** Another array after every edit. */
  private stats: readonly LabelStats[]
  /** A change that is drawn and not an edit yet. */
  private early: VoxelRuns = NO_RUNS
  private keptBox: KeptBox | null = null
  private timer: ReturnType<typeof setTimeout> | undefined

  /** @param onSurfaces surfaces are to be made anew */
  constructor(
    volume: ImageVolume,
    private readonly onSurfaces: () => void,
  ) {
    this.volume = volume
    this.forSurfaces = volume
    this.stats = labelStats(volume.data, volume.size)
  }

  facts(): LabelFacts[] {
    const { affine } = this.volume
    const [x, y, z] = spacingMm(affine)
    const voxelMl = (x * y * z) / 1000
    return this.stats.map((stat) => ({
      ...stat,
      volumeMl: stat.voxels * voxelMl,
      insideMm: applyAffine(affine, stat.insideVoxel),
    }))
  }

  /** The box around the voxels of a label; null where there are none. It is kept until labels are edited. */
  box(labelValue: number): BoxMm | null {
    const { stats, keptBox } = this
    if (keptBox?.stats === stats && keptBox.labelValue === labelValue) return keptBox.boxMm
    const boxMm = labelBox(this.volume, labelValue)
    this.keptBox = { stats, labelValue, boxMm }
    return boxMm
  }

  /** The voxels, wide enough for a value; null where they are no labels of 16 bits, which cannot be edited. */
  editable(largest = 0): EditableLabels | null {
    const { data } = this.volume
    if (data instanceof Uint8Array && largest > 0xff) this.volume = { ...this.volume, data: new Uint16Array(data) }
    const wide = this.volume.data
    return wide instanceof Uint8Array || wide instanceof Uint16Array ? wide : null
  }

  /** Changes voxels. @param shown which slices of the scan are drawn */
  edit(runs: VoxelRuns, scan: ImageVolume, shown: ShownSlices): void {
    const data = this.editable(largestAfter(runs))
    const box = boundsOfRuns(runs, this.volume.size)
    if (data === null || box === null) return
    applyRuns(data, runs)
    this.noteChanged(this.canonicalBox(box), scan, shown)
    this.setStats(runs)
  }

  /** Draws a change that is not an edit yet in place of the one before, where voxels are what it expects; null for none. */
  showEarly(runs: VoxelRuns | null, scan: ImageVolume, shown: ShownSlices): void {
    this.edit(invertRuns(this.early), scan, shown)
    const data = this.editable()
    this.early = runs === null || data === null ? NO_RUNS : runsThatFit(data, runs)
    this.edit(this.early, scan, shown)
  }

  /** Voxels inside a box, in closest-RAS order, were changed: slices that cut it are drawn anew. */
  noteChanged(box: BoxVoxel, scan: ImageVolume, shown: ShownSlices): void {
    const isOneGrid = sameGrid(scan, this.volume)
    for (const plane of ['axial', 'coronal', 'sagittal'] as const) {
      const depth = PLANE_AXES[plane][2]
      const isCut = shown[plane] >= box.min[depth] && shown[plane] <= box.max[depth]
      if (isCut || !isOneGrid) this.edits = { ...this.edits, [plane]: this.edits[plane] + 1 }
    }
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.forSurfaces = { ...this.volume }
      this.onSurfaces()
    }, SURFACES_AFTER_MS)
  }

  /** The change that takes a label away. */
  runsOf(labelValue: number): VoxelRuns {
    const data = this.editable() ?? new Uint8Array()
    const runs = new RunWriter()
    for (let at = data.indexOf(labelValue); at >= 0; at = data.indexOf(labelValue, at + 1))
      runs.add(at, 1, labelValue, 0)
    return runs.done()
  }

  /** Begins a stroke; null where labels cannot be edited. */
  beginStroke(rule: StrokeRule, scan: ImageVolume): Stroke | null {
    const data = this.editable(rule.labelValue)
    this.isInStroke = data !== null
    return data && new Stroke(data, this.volume, scan, rule)
  }

  /** A stroke is done: what it changed is counted. */
  endStroke(runs: VoxelRuns): void {
    this.isInStroke = false
    this.setStats(runs)
  }

  /** Voxels of runs were changed: the statistics follow. */
  private setStats(runs: VoxelRuns): void {
    this.stats = statsAfter(this.stats, runs, this.volume.data, this.volume.size)
  }

  private canonicalBox({ min, max }: BoxVoxel): BoxVoxel {
    const { ras, size } = this.volume.order
    const along = (voxel: Size3, other: Size3): Size3 =>
      mapAxes((axis) => (ras[axis].flip ? size[axis] - 1 - other[ras[axis].axis] : voxel[ras[axis].axis]))
    return { min: along(min, max), max: along(max, min) }
  }
}

/** Labels on the grid of an image, without any. */
export function emptyLabels({ size, affine }: ImageVolume): ImageVolume {
  return imageVolume({ data: new Uint8Array(size[0] * size[1] * size[2]), size, affine })
}
