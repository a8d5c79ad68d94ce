import { toErrorData } from '../../shared/medlsamError.js'
import type { PointMm } from '../../shared/geometry/points.js'
import { findSeries, type FoundSeries } from './findSeries.js'
import type { DicomSeries } from './groupSeries.js'
import type { LeftOutReason } from './leftOut.js'
import { stackSlices } from './stackSlices.js'

/** What users see of a series: nothing of it says who the patient is. */
export interface ListedSeries {
  /** By which it can be chosen: its place in the list, from 1. */
  readonly number: number
  readonly description: string
  readonly modality: string
  readonly slices: number
  /** Columns and rows. */
  readonly pixels: readonly [number, number]
  /** Along rows, columns and slices, in mm; null where it is no volume. */
  readonly spacingMm: PointMm | null
  /** The last characters of the series UID. */
  readonly uidEnd: string
  /** Null where it can be a scan. */
  readonly leftOut: LeftOutReason | null
  /** Why it cannot be read although it is CT; null where nothing is wrong. */
  readonly problem: string | null
}

const UID_END = 6

/**
 * Lists the DICOM series in a folder and below it, or beside a DICOM file.
 * @throws MedlsamError `input` where there is none
 */
export async function listSeries(place: string): Promise<readonly ListedSeries[]> {
  return describeAll(await findSeries(place))
}

/** Describes the series of a place, in the order of their numbers. */
export function describeAll({ series, folder }: Pick<FoundSeries, 'series' | 'folder'>): readonly ListedSeries[] {
  return series.map((each, index) => describe(each, index + 1, folder))
}

function describe(series: DicomSeries, number: number, folder: string): ListedSeries {
  const { slices, leftOut } = series
  const { description, modality, columns, rows, seriesUid } = slices[0]
  const stacked = leftOut === null ? tryToStack(series, folder) : { spacingMm: null, problem: null }
  return {
    number,
    description,
    modality,
    slices: slices.length,
    pixels: [columns, rows],
    ...stacked,
    uidEnd: seriesUid.slice(-UID_END),
    leftOut,
  }
}

function tryToStack(series: DicomSeries, folder: string): Pick<ListedSeries, 'spacingMm' | 'problem'> {
  try {
    return { spacingMm: stackSlices(series, folder).spacingMm, problem: null }
  } catch (error) {
    const { kind, message } = toErrorData(error)
    if (kind === 'internal') throw error
    return { spacingMm: null, problem: message }
  }
}
