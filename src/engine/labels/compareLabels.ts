import { applyAffine, determinant, spacingMm } from '../../shared/geometry/affine.js'
import { canonicalOrder } from '../../shared/geometry/orient.js'
import type { PointMm } from '../../shared/geometry/points.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'
import type { ComparedStructure, NamedValue } from '../../shared/labelComparison.js'
import { unionOfBoxes } from '../../shared/geometry/boxConversion.js'
import type { BoxVoxel } from '../../shared/structure.js'
import type { LabelExtent } from './extremePoints.js'
import { hd95Mm } from './hausdorff.js'
import { namedExtents } from './namedExtents.js'
import { cutPadded, type PaddedMask } from './paddedMask.js'

/** A label map and what its values are called. */
export interface NamedLabels {
  readonly labels: LabelVolume
  readonly names: readonly NamedValue[]
}

/**
 * Compares the structures of two label maps on one grid. Those of one name belong together, whatever their values and
 * the case of letters; what only one of the two has is listed too. In the order of the label map, then of the reference.
 */
export function compareLabels(map: NamedLabels, reference: NamedLabels): readonly ComparedStructure[] {
  const ours = namedExtents(map.labels, map.names)
  const theirs = namedExtents(reference.labels, reference.names)
  const inReference = (name: string): LabelExtent | undefined => theirs.find((one) => isSameName(one.name, name))
  const onlyTheirs = theirs.filter(({ name }) => !ours.some((one) => isSameName(one.name, name)))
  const volumes: Volumes = { map: map.labels, reference: reference.labels }
  return [
    ...ours.map((extent) => compared(volumes, extent.name, extent, inReference(extent.name))),
    ...onlyTheirs.map((extent) => compared(volumes, extent.name, undefined, extent)),
  ]
}

interface Volumes {
  readonly map: LabelVolume
  readonly reference: LabelVolume
}

function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function compared(
  { map, reference }: Volumes,
  name: string,
  ours: LabelExtent | undefined,
  theirs: LabelExtent | undefined,
): ComparedStructure {
  const voxelMl = Math.abs(determinant(map.affine)) / 1000
  const boxes = [ours, theirs].flatMap((extent) => (extent === undefined ? [] : [extent.boxVoxel]))
  const around = boxes.reduce(unionOfBoxes)
  // No label has the value -1.
  const a = cutPadded(map, ours?.labelValue ?? -1, around)
  const b = cutPadded(reference, theirs?.labelValue ?? -1, around)
  let both = 0
  for (let i = 0; i < a.data.length; i++) both += a.data[i] & b.data[i]
  const isInBoth = ours !== undefined && theirs !== undefined
  const [voxels, referenceVoxels] = [ours?.voxels ?? 0, theirs?.voxels ?? 0]
  return {
    name,
    labelValue: ours?.labelValue ?? null,
    referenceValue: theirs?.labelValue ?? null,
    volumeMl: voxels * voxelMl,
    referenceMl: referenceVoxels * voxelMl,
    dice: (2 * both) / (voxels + referenceVoxels),
    hd95Mm: isInBoth ? hd95Mm(a, b, spacingMm(map.affine)) : null,
    worstMm: worstPlace(map, around, a, b),
  }
}

/** The middle of what differs on the axial slice where most voxels do; the lowest of several such slices. */
function worstPlace(map: LabelVolume, around: BoxVoxel, a: PaddedMask, b: PaddedMask): PointMm | null {
  const { axis } = canonicalOrder(map).ras[2]
  const [nx, ny] = a.size
  const slices = Array.from({ length: a.size[axis] }, () => ({ count: 0, sum: [0, 0, 0] }))
  for (let i = 0; i < a.data.length; i++) {
    if (a.data[i] === b.data[i]) continue
    const at = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))]
    const slice = slices[at[axis]]
    slice.count++
    for (const along of [0, 1, 2]) slice.sum[along] += at[along]
  }
  const { count, sum } = slices.reduce((worst, slice) => (slice.count > worst.count ? slice : worst))
  if (count === 0) return null
  // Padding is one voxel wide.
  const middle = (along: 0 | 1 | 2): number => sum[along] / count - 1 + around.min[along]
  return applyAffine(map.affine, [middle(0), middle(1), middle(2)])
}
