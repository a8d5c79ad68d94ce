import path from 'node:path'
import { placeMm, type DicomSeries } from './groupSeries.js'
import { findSeries } from './findSeries.js'
import { isDicomFile } from './readHeaders.js'

/** So many files tell whether a folder holds slices: something else may lie among them. */
const TRIED = 8

/** A CT series that is a scan of a folder of scans. */
export interface FolderScan {
  /** What the names of its results begin with. */
  readonly stem: string
  /** What opens it: the folder, or one of its slices where the folder or what is below it holds other CT series too. */
  readonly place: string
}

/**
 * The CT series that lie in a folder itself, not below it; null where no DICOM does.
 * @param names files of the folder that are no scans by their names
 * @throws MedlsamError `input` where its files cannot be read
 */
export async function folderScans(folder: string, names: readonly string[]): Promise<readonly FolderScan[] | null> {
  const slice = await firstDicom(folder, names)
  if (slice === null) return null
  const here = scansOf((await findSeries(slice)).series)
  const [only] = here
  const below = here.length === 1 ? scansOf((await findSeries(folder)).series) : here
  if (here.length === 1 && below.length === 1 && below[0].series.slices.length === only.series.slices.length)
    return [{ stem: folder, place: folder }]
  return here.map(({ series, number }) => ({
    stem: here.length === 1 ? folder : `${folder}_series${number}`,
    place: [...series.slices].sort((a, b) => placeMm(a) - placeMm(b))[0].file,
  }))
}

async function firstDicom(folder: string, names: readonly string[]): Promise<string | null> {
  for (const name of names.filter((each) => each !== 'DICOMDIR').slice(0, TRIED)) {
    const file = path.join(folder, name)
    if (await isDicomFile(file)) return file
  }
  return null
}

/** Series that can be scans, with their numbers in the list of all. */
function scansOf(series: readonly DicomSeries[]): readonly { readonly series: DicomSeries; readonly number: number }[] {
  return series.flatMap((each, index) => (each.leftOut === null ? [{ series: each, number: index + 1 }] : []))
}
