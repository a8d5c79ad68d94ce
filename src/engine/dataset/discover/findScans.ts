import { readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import picomatch from 'picomatch'
import { isLabelMapName } from '../../../shared/labelMapNames.js'
import type { DatasetLayout, SkippedFile, SkipReason } from '../../../shared/datasetRun.js'
import { MedlsamError } from '../../../shared/medlsamError.js'
import { isPairImage, isScanName, stemOf } from '../../../shared/scanNames.js'
import { isNotFetched } from '../../scanFiles/notFetched.js'
import { openImage } from '../../scanFiles/openImage.js'
import { holdsAir, holdsSmallWholeNumbers } from '../../scanFiles/smallNumbers.js'
import type { ImageHeader } from '../../../imageio/imageHeader.js'
import { dicomScans } from './dicomScans.js'
import { PLAIN, rulesFromAbove, rulesOf, type FolderRules } from './datasetLayouts.js'

/** Which files of a folder are asked for. */
export interface FindOptions {
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  /** Take whole numbers from 0 to 255 as HU too. */
  readonly forceHu?: boolean
  /** A folder that is not searched: where results go. */
  readonly except?: string
}

/** A scan and the layout of the folder it was found in. */
export interface FoundScan {
  /** Path in the folder, with slashes. */
  readonly path: string
  readonly layout: DatasetLayout
  /** Path in the folder of what opens it, where that is not `path`: a slice of one of several DICOM series. */
  readonly file?: string
}

/** What a folder holds. */
export interface FoundScans {
  /** In the order of their paths, the same on every machine. */
  readonly scans: readonly FoundScan[]
  readonly skipped: readonly SkippedFile[]
}

/** Headers are read so many at a time: on network drives each costs a while, and nearly all of it is waiting. */
const HEADERS_AT_ONCE = 8
/** NIfTI's intent for label maps (NIFTI_INTENT_LABEL); our own results carry it. */
const INTENT_LABEL = 1002

/**
 * Finds the scans in a folder and below it. Knows nnU-Net (`imagesTr` with channels), Medical Segmentation
 * Decathlon, BIDS, and plain folders; folders of DICOM slices are scans. Leaves out label maps, results, hidden files and folders, folders that
 * cannot be opened, and links that lead in circles. Of a scan in two files the header counts.
 * @throws MedlsamError `input` when the folder is missing
 */
export async function findScans(folder: string, options: FindOptions = {}): Promise<FoundScans> {
  const info = await stat(folder).catch((error: unknown) => {
    throw cannotBeOpened(folder, error)
  })
  if (!info.isDirectory())
    throw new MedlsamError('input', `${folder} is a file: name a folder of scans.`, folder, {
      remedy: { option: 'singleScan' },
    })
  const except = options.except === undefined ? null : await realpath(options.except).catch(() => null)
  const candidates: FoundScan[] = []
  const series: FoundScan[] = []
  const doubtful: DoubtfulFile[] = []
  const skipped: SkippedFile[] = []
  const seen = new Set<string>()
  const matches = matcher(options)

  const visit = async (relative: string, inherited: FolderRules): Promise<void> => {
    const here = path.join(folder, relative)
    const real = await realpath(here)
    if (seen.has(real)) return
    seen.add(real)
    const listed = await list(here).catch((error: unknown) => {
      if (relative === '') throw cannotBeOpened(folder, error)
      return null
    })
    if (listed === null) {
      skipped.push({ path: relative, reason: 'cannotOpen' })
      return
    }
    const { files, folders } = listed
    const own = await rulesOf(here, files, folders)
    const at = (name: string): string => (relative === '' ? name : `${relative}/${name}`)
    if (own === 'derived' && relative !== '') {
      for (const name of files) if (isScanName(name)) skipped.push({ path: at(name), reason: 'resultFolder' })
      return
    }
    const rules = typeof own === 'string' ? inherited : own
    for (const name of [...files].sort(byCode)) {
      if (!isScanFile(name, files)) continue
      const reason = refusal(name, at(name), files, rules, matches)
      if (reason === null) candidates.push({ path: at(name), layout: rules.layout })
      else if (isDoubtful(reason, rules.layout) && matches(at(name)))
        doubtful.push({ path: at(name), layout: rules.layout, reason })
      else skipped.push({ path: at(name), reason })
    }
    const dicom = await dicomScans(folder, relative, files)
    skipped.push(...dicom.skipped)
    for (const scan of dicom.scans)
      if (matches(scan.path)) series.push({ ...scan, layout: rules.layout })
      else skipped.push({ path: scan.path, reason: 'excluded' })
    for (const name of [...folders].sort(byCode)) {
      const isResults = except !== null && (await realpath(path.join(here, name))) === except
      if (!isResults && rules.enters(name)) await visit(at(name), rules)
    }
  }
  await visit('', (await rulesFromAbove(path.resolve(folder))) ?? PLAIN)

  const scans: FoundScan[] = [...series]
  for (let from = 0; from < candidates.length; from += HEADERS_AT_ONCE) {
    const some = candidates.slice(from, from + HEADERS_AT_ONCE)
    const reasons = await Promise.all(
      some.map(({ path: file }) => refusalByContent(path.join(folder, file), options.forceHu ?? false)),
    )
    some.forEach((scan, i) => {
      const reason = reasons[i]
      if (reason === null) scans.push(scan)
      else skipped.push({ path: scan.path, reason })
    })
  }
  for (const { reason, ...scan } of doubtful) {
    if (await isScanAllTheSame(path.join(folder, scan.path), reason, options)) scans.push(scan)
    else skipped.push({ path: scan.path, reason })
  }
  return {
    scans: scans.sort((a, b) => byCode(a.path, b.path)),
    skipped: skipped.sort((a, b) => byCode(a.path, b.path)),
  }
}

function cannotBeOpened(folder: string, cause: unknown): MedlsamError {
  return new MedlsamError('input', `The folder ${folder} does not exist or cannot be opened: check the path.`, folder, {
    cause,
  })
}

/** Order of UTF-16 codes: the same whatever the machine's language. */
export function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Names of a folder's files and folders, links followed, hidden ones left out. */
async function list(
  folder: string,
): Promise<{ readonly files: ReadonlySet<string>; readonly folders: readonly string[] }> {
  const files = new Set<string>()
  const folders: string[] = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue
    const what = entry.isSymbolicLink() ? await stat(path.join(folder, entry.name)).catch(() => null) : entry
    // A link that leads nowhere counts as a file, one whose content is to be fetched.
    if (what === null ? await isNotFetched(path.join(folder, entry.name)) : what.isFile()) files.add(entry.name)
    if (what?.isDirectory() === true) folders.push(entry.name)
  }
  return { files, folders }
}

/** A scan by its name; of `.hdr` and `.img` only the header. */
function isScanFile(name: string, names: ReadonlySet<string>): boolean {
  if (!isScanName(name)) return false
  const headers = ['.hdr', '.HDR', '.hdr.gz'].map((ending) => stemOf(name) + ending)
  return !isPairImage(name) || !headers.some((header) => names.has(header))
}

function refusal(
  name: string,
  relative: string,
  names: ReadonlySet<string>,
  rules: FolderRules,
  matches: (relative: string) => boolean,
): SkipReason | null {
  if (isLabelMapName(name)) return 'labelMap'
  return rules.refuses(name, names) ?? (matches(relative) ? null : 'excluded')
}

function matcher({ include = [], exclude = [] }: FindOptions): (relative: string) => boolean {
  const compile = (globs: readonly string[]): ((relative: string) => boolean) => {
    // As in .gitignore, a slash in front ties a glob to the folder.
    const tests = globs.map((glob) => picomatch(glob.replace(/^\.?\//, ''), { basename: !glob.includes('/') }))
    return (relative) => tests.some((test) => test(relative))
  }
  const [wanted, unwanted] = [compile(include), compile(exclude)]
  return (relative) => (include.length === 0 || wanted(relative)) && !unwanted(relative)
}

/** A file that by its name, or by that of its channel, is no scan. */
interface DoubtfulFile extends FoundScan {
  readonly reason: SkipReason
}

/** Whether a reason is one of names only, which values may contradict; a suffix of BIDS says what it says. */
function isDoubtful(reason: SkipReason, layout: DatasetLayout): boolean {
  return reason === 'labelMap' || (reason === 'notCt' && layout !== 'bids')
}

/** Whether such a file is CT by its values, or because the user says so: of label maps only those that are named. */
async function isScanAllTheSame(file: string, reason: SkipReason, options: FindOptions): Promise<boolean> {
  const header = await openImage(file).catch(() => null)
  if (header === null || intentOf(header) === INTENT_LABEL) return false
  if (options.forceHu === true && (reason === 'notCt' || (options.include ?? []).length > 0)) return true
  return holdsAir(header).catch(() => false)
}

async function refusalByContent(file: string, forceHu: boolean): Promise<SkipReason | null> {
  if (await isNotFetched(file)) return 'notFetched'
  return (await isLabelMap(file, forceHu)) ? 'labelMap' : null
}

/** A label map by its header or its values. What cannot be read is taken along, so that the run says what is wrong with it. */
async function isLabelMap(file: string, forceHu: boolean): Promise<boolean> {
  const header = await openImage(file).catch(() => null)
  if (header === null) return false
  if (intentOf(header) === INTENT_LABEL) return true
  if (forceHu) return false
  // Air is -1000 HU: bytes without an offset are labels or a photo, and so is what could be bytes.
  return header.dtype === 'uint8' ? header.scaling.inter >= 0 : holdsSmallWholeNumbers(header).catch(() => false)
}

function intentOf({ niftiHeader, source }: ImageHeader): number | null {
  if (niftiHeader === null || source === null) return null
  const view = new DataView(niftiHeader.buffer, niftiHeader.byteOffset)
  return niftiHeader.length === 540 ? view.getInt32(504, source.littleEndian) : view.getInt16(68, source.littleEndian)
}
