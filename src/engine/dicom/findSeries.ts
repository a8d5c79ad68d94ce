import { readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { inputError } from '../../shared/inputError.js'
import { isNotFetched, notFetched } from '../scanFiles/notFetched.js'
import { groupSeries, type DicomSeries } from './groupSeries.js'
import { isDicomFile, readHeaders } from './readHeaders.js'

/** A folder with more files is no export of a few series. */
const MOST_FILES = 200_000
/** Media Storage Directory: the table of contents of a disc, DICOMDIR, which holds no image. */
const DIRECTORY_CLASS = '1.2.840.10008.1.3.10'

/** What a place holds. */
export interface FoundSeries {
  /** The folder with the files. */
  readonly folder: string
  /** The file that was named; null where the folder was. */
  readonly file: string | null
  readonly series: readonly DicomSeries[]
  /** DICOM files that cannot be understood. */
  readonly damaged: readonly string[]
}

/** Whether a path is a folder, or a DICOM file by its first bytes. */
export async function isDicomPlace(place: string): Promise<boolean> {
  return (await isFolder(place)) || isDicomFile(place)
}

/** The series of a place that is DICOM; null for what is not. @throws MedlsamError `input` for a folder without any */
export async function seriesAt(place: string): Promise<FoundSeries | null> {
  return (await isDicomPlace(place)) ? findSeries(place) : null
}

/** The folder that stands for a place in the names of results: itself, or that of the file. */
export async function folderOfPlace(place: string): Promise<string> {
  return (await isFolder(place)) ? place : path.dirname(place)
}

async function isFolder(place: string): Promise<boolean> {
  return (await stat(place).catch(() => null))?.isDirectory() === true
}

/**
 * Finds the DICOM series in a folder and below it, or beside a DICOM file in its own folder. Files may have any name.
 * @throws MedlsamError `input` where there is none
 */
export async function findSeries(place: string): Promise<FoundSeries> {
  const folder = await folderOfPlace(place)
  const file = folder === place ? null : place
  const files = file === null ? await filesBelow(folder) : await filesIn(folder)
  const { headers, damaged, others } = await readHeaders(files)
  const images = headers.filter(({ sopClassUid }) => sopClassUid !== DIRECTORY_CLASS)
  if (images.length === 0 && damaged.length > 0)
    throw inputError(damaged[0], `${damaged[0]} is DICOM, but its header is damaged or cut off: copy it again.`)
  if (images.length === 0) {
    for (const each of files.slice(0, 1)) if (await isNotFetched(each)) throw notFetched(each)
    const holds = others === 0 ? 'no file' : `${others} ${others === 1 ? 'file' : 'files'}, but no DICOM`
    throw inputError(place, `${place} is a folder with ${holds}: name a scan file, or a folder of DICOM slices.`)
  }
  return { folder, file, series: groupSeries(images), damaged }
}

async function filesIn(folder: string): Promise<string[]> {
  const files: string[] = []
  for (const { name, isFile } of await entriesOf(folder)) if (isFile) files.push(path.join(folder, name))
  return files
}

async function filesBelow(top: string): Promise<string[]> {
  const files: string[] = []
  const seen = new Set<string>()
  const visit = async (folder: string): Promise<void> => {
    const real = await realpath(folder)
    if (seen.has(real)) return
    seen.add(real)
    for (const { name, isFile } of await entriesOf(folder)) {
      if (isFile) files.push(path.join(folder, name))
      else await visit(path.join(folder, name))
      if (files.length > MOST_FILES)
        throw inputError(top, `${top} holds more than ${MOST_FILES} files: name the folder of one series.`)
    }
  }
  await visit(top)
  return files
}

interface Entry {
  readonly name: string
  /** Else a folder. */
  readonly isFile: boolean
}

/** Files and folders of a folder, links followed, hidden ones left out; in the order of their names. */
async function entriesOf(folder: string): Promise<Entry[]> {
  const listed = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw inputError(folder, `The folder ${folder} cannot be opened: check its permissions.`, error)
  })
  const entries: Entry[] = []
  for (const entry of listed) {
    if (entry.name.startsWith('.')) continue
    const what = entry.isSymbolicLink() ? await stat(path.join(folder, entry.name)).catch(() => null) : entry
    const isFile = what === null || what.isFile()
    if (isFile || what.isDirectory()) entries.push({ name: entry.name, isFile })
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
}
