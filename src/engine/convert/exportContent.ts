import type { LabelVolume, SourceGeometry } from '../../shared/geometry/volume.js'
import { inputError } from '../../shared/inputError.js'
import type { Structure } from '../../shared/structure.js'
import type { DrawnBy, LabelsOfSeries } from '../dicom/objects/labelObject.js'
import type { SourceSeries } from '../dicom/objects/sourceSeries.js'
import { sortedOnto } from '../labels/sortedOnto.js'

/** A label map as it is written in other formats. */
export interface ExportContent {
  /** For messages. */
  readonly path: string
  readonly labels: LabelVolume
  readonly geometry: SourceGeometry
  /** What it may hold, whether it does or not. */
  readonly structures: readonly Structure[]
  readonly drawnBy: DrawnBy
  readonly sha256: string
  readonly created: Date
  /** The series that it was made of; null where none is known. */
  readonly series: SourceSeries | null
}

/** A file of an export: its place, and what it holds. */
export interface ExportFile {
  readonly file: string
  readonly bytes: Uint8Array
}

/**
 * A label map in the storage order of its series.
 * @throws MedlsamError `input` where it lies elsewhere
 */
export function onSeries(content: ExportContent, series: SourceSeries): LabelsOfSeries {
  const labels = sortedOnto(content.labels, series.stack)
  if (labels !== null) return { ...content, labels, series }
  throw inputError(
    content.path,
    `The label map ${content.path} does not lie on the series of ${series.folder} (${content.labels.size.join(' x ')} and ${series.stack.size.join(' x ')} voxels): name the series that it was made of.`,
  )
}
