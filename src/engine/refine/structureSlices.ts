import type { LabelVolume } from '../../shared/geometry/volume.js'
import { RunWriter, type VoxelRuns } from '../../shared/labelEdit/voxelRuns.js'
import type { AxialView } from '../sam/slices/axialView.js'
import { boundsOf, type PixelMask } from './pixelMask.js'

/**
 * The masks of one structure of a label map, slice by slice of the axial view, and what becomes of them. Voxels of other
 * structures are left alone, but of those that it may take.
 */
export class StructureSlices {
  private readonly changed = new Map<number, PixelMask>()
  private readonly stored = new Map<number, PixelMask>()

  /**
   * @param labels in any storage order
   * @param view of the label map
   * @param mayTake label values of structures that lose voxels to this one
   */
  constructor(
    private readonly labels: LabelVolume,
    private readonly view: AxialView,
    private readonly labelValue: number,
    private readonly mayTake: ReadonlySet<number>,
  ) {}

  get count(): number {
    return this.view.size[2]
  }

  /** The mask on a slice as it is by now. */
  at(slice: number): PixelMask {
    return this.changed.get(slice) ?? this.before(slice)
  }

  /** The mask on a slice as the label map has it. */
  before(slice: number): PixelMask {
    const known = this.stored.get(slice)
    if (known !== undefined) return known
    const [width, height] = this.view.size
    const data = new Uint8Array(width * height)
    this.forEachPixel(slice, (at, voxel) => {
      if (this.labels.data[voxel] === this.labelValue) data[at] = 1
    })
    const mask = { width, height, data }
    this.stored.set(slice, mask)
    return mask
  }

  /** Whether the label map has anything of the structure on a slice. */
  isThere(slice: number): boolean {
    return slice >= 0 && slice < this.count && boundsOf(this.before(slice)) !== null
  }

  /** Gives a slice another mask, as far as that may cover it. @returns the mask it has now */
  set(slice: number, mask: PixelMask): PixelMask {
    const data = mask.data.slice()
    this.forEachPixel(slice, (at, voxel) => {
      const label = this.labels.data[voxel]
      if (label !== 0 && label !== this.labelValue && !this.mayTake.has(label)) data[at] = 0
    })
    const next = { ...mask, data }
    this.changed.set(slice, next)
    return next
  }

  /** Slices that changed, lowest first. */
  changedSlices(): number[] {
    return [...this.changed.keys()].filter((slice) => this.changesOn(slice).length > 0).sort((a, b) => a - b)
  }

  /** All that changed, as runs of the label map. */
  runs(): VoxelRuns {
    const changes = [...this.changed.keys()].flatMap((slice) => this.changesOn(slice)).sort((a, b) => a.voxel - b.voxel)
    const runs = new RunWriter()
    for (const { voxel, after } of changes) runs.add(voxel, 1, this.labels.data[voxel], after)
    return runs.done()
  }

  private changesOn(slice: number): { readonly voxel: number; readonly after: number }[] {
    const [before, after] = [this.before(slice), this.at(slice)]
    const changes: { readonly voxel: number; readonly after: number }[] = []
    this.forEachPixel(slice, (at, voxel) => {
      if (before.data[at] !== after.data[at]) changes.push({ voxel, after: after.data[at] === 0 ? 0 : this.labelValue })
    })
    return changes
  }

  /** Visits the pixels of a slice: place in a mask, place in storage. */
  private forEachPixel(slice: number, visit: (at: number, voxel: number) => void): void {
    const { origin, strides, size } = this.view
    let at = 0
    for (let y = 0; y < size[1]; y++) {
      let voxel = origin + y * strides[1] + slice * strides[2]
      for (let x = 0; x < size[0]; x++, voxel += strides[0]) visit(at++, voxel)
    }
  }
}
