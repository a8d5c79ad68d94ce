import type { Affine } from '../../../shared/geometry/affine.js'
import type { Size3 } from '../../../shared/geometry/points.js'
import type { LabelVolume } from '../../../shared/geometry/volume.js'
import { colored } from '../../../shared/palette.js'
import type { Structure } from '../../../shared/structure.js'

/** Where the voxels of a scan are. */
export interface VoxelGrid {
  readonly size: Size3
  /** Voxel index (x, y, z) to RAS mm. */
  readonly affine: Affine
}

/** A structure as a DICOM object holds it, which may share voxels with others. */
export interface DrawnStructure {
  readonly name: string
  /** Its number in the object. */
  readonly labelValue: number
  readonly color: string | undefined
  /** Visits its voxels on the grid, by their place in the array, each once. */
  readonly fill: (visit: (voxel: number) => void) => void
}

/** What an object says. */
export interface DrawnStructures {
  readonly structures: readonly DrawnStructure[]
  /** Sentences. */
  readonly warnings: readonly string[]
}

/** A label map of structures, with their names. */
export interface PaintedLabels {
  readonly labels: LabelVolume
  /** Those that have a voxel. */
  readonly structures: readonly Structure[]
  readonly warnings: readonly string[]
}

/**
 * Paints structures into a label map. Of those that share voxels the smaller one has them, so that an organ stays whole
 * in the outline of the body.
 */
export function paintStructures({ size, affine }: VoxelGrid, drawn: readonly DrawnStructure[]): PaintedLabels {
  const counted = drawn
    .map((structure) => {
      let voxels = 0
      structure.fill(() => voxels++)
      return { ...structure, voxels }
    })
    .filter(({ voxels }) => voxels > 0)
  const length = size[0] * size[1] * size[2]
  const isSmall = counted.every(({ labelValue }) => labelValue <= 0xff)
  const data = isSmall ? new Uint8Array(length) : new Uint16Array(length)
  const covered = new Map<number, number>()
  for (const { fill, labelValue } of [...counted].sort((a, b) => b.voxels - a.voxels))
    fill((voxel) => {
      const before = data[voxel]
      if (before !== 0) covered.set(before, (covered.get(before) ?? 0) + 1)
      data[voxel] = labelValue
    })
  const gone = counted.filter(({ labelValue }) => covered.has(labelValue)).map(({ name }) => name)
  return {
    labels: { data, size, affine },
    structures: colored(
      counted
        .map(({ name, labelValue, color }) => ({ name, labelValue, color }))
        .sort((a, b) => a.labelValue - b.labelValue),
    ),
    warnings:
      gone.length === 0 ? [] : [`Smaller structures were cut out of ${gone.join(', ')}, since a voxel has one label.`],
  }
}
