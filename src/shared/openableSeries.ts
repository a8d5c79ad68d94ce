import type { PointMm } from './geometry/points.js'

/** A DICOM series as it is offered to be opened; nothing of it says who the patient is. */
export type OpenableSeries = {
  readonly description: string
  readonly modality: string
  readonly slices: number
  /** Columns and rows. */
  readonly pixels: readonly [number, number]
  /** Along rows, columns and slices, in mm; null where it is no volume. */
  readonly spacingMm: PointMm | null
  /** The last characters of its UID. */
  readonly uidEnd: string
} & (
  | {
      /** The slice that opens it. */
      readonly file: string
      readonly problem: null
    }
  | {
      readonly file: null
      /** Why it cannot be opened. */
      readonly problem: string
    }
)
