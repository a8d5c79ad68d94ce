import type { BoxMm, PointMm } from './geometry/points.js'

/** What a label value is called. */
export interface NamedValue {
  readonly name: string
  readonly labelValue: number
}

/** How a structure of a label map differs from that of the same name in another one, the reference. */
export interface ComparedStructure {
  readonly name: string
  /** Its value in the label map; null where that has no voxel of it. */
  readonly labelValue: number | null
  /** Its value in the reference; null where that has no voxel of it. */
  readonly referenceValue: number | null
  readonly volumeMl: number
  readonly referenceMl: number
  /** Dice similarity coefficient; 0 where one of the two has none of it. */
  readonly dice: number
  /** 95th percentile of the surface distances; null where one of the two has none of it. */
  readonly hd95Mm: number | null
  /** In the middle of what differs on the axial slice where most voxels do; null where none does. */
  readonly worstMm: PointMm | null
}

/** Two label maps of one scan compared. */
export interface LabelComparison {
  readonly structures: readonly ComparedStructure[]
  /** Sentences. */
  readonly warnings: readonly string[]
}

/** What a label map and its scan say about one structure. */
export interface StructureStatistics {
  readonly name: string
  readonly labelValue: number
  readonly voxels: number
  readonly volumeMl: number
  /** Mean and standard deviation of the scan's values inside it. */
  readonly meanHu: number
  readonly sdHu: number
  /** Around its voxels, in RAS mm. */
  readonly boxMm: BoxMm
  /** Centre of mass in RAS mm. */
  readonly centreMm: PointMm
}

/** Statistics of all structures of a label map. */
export interface LabelStatisticsReport {
  readonly structures: readonly StructureStatistics[]
  /** Sentences. */
  readonly warnings: readonly string[]
}
