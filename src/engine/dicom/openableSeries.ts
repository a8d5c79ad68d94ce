import path from 'node:path'
import type { OpenableSeries } from '../../shared/openableSeries.js'
import { findSeries } from './findSeries.js'
import { placeMm, type DicomSeries } from './groupSeries.js'
import { LEFT_OUT_TEXTS } from './leftOut.js'
import { describeAll, type ListedSeries } from './listSeries.js'

/**
 * The series in a folder and below it, each with the slice that opens it or with why it cannot be opened.
 * @throws MedlsamError `input` where there is no DICOM
 */
export async function openableSeries(folder: string): Promise<readonly OpenableSeries[]> {
  const found = await findSeries(folder)
  return describeAll(found).map((listed, index) => openable(listed, found.series[index]))
}

function openable(listed: ListedSeries, { slices }: DicomSeries): OpenableSeries {
  const { description, modality, pixels, spacingMm, uidEnd } = listed
  const problem = listed.leftOut === null ? (listed.problem ?? spread(slices)) : LEFT_OUT_TEXTS[listed.leftOut]
  const [first] = [...slices].sort((a, b) => placeMm(a) - placeMm(b))
  return {
    ...{ description, modality, slices: listed.slices, pixels, spacingMm, uidEnd },
    ...(problem === null ? { file: first.file, problem } : { file: null, problem }),
  }
}

/** Of a single slice, which stands for its series in the editor, those beside it are found. */
function spread(slices: DicomSeries['slices']): string | null {
  const folders = new Set(slices.map(({ file }) => path.dirname(file)))
  return folders.size === 1 ? null : `its slices lie in ${folders.size} folders: put them into one`
}
