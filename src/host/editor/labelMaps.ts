import path from 'node:path'
import * as vscode from 'vscode'
import { decodeText } from '../../shared/decodeText.js'
import type { LabelMapView, ListedStructure } from '../../protocol/scanEditor.js'
import { editSidecarSchema } from '../../shared/labelEdit/editSidecar.js'
import { parseJsonOrNull } from '../../shared/parseJsonOrNull.js'
import { sidecarSchema, type Sidecar } from '../../shared/sidecar.js'
import { isDicomScan } from '../dicom/isDicomScan.js'
import { isMissing } from '../isMissing.js'
import { baseName } from './scanDocument.js'
import { isLabelMapName, labelMapsBeside, ownNamedLabelMaps, sidecarNameOf } from '../../shared/labelMapNames.js'
import { firstUnpacked } from '../../shared/labelNames/firstUnpacked.js'
import { findLabelNames, HEADER_BYTES, type NamesFiles } from '../../shared/labelNames/labelNames.js'
import { namesFilesIn } from '../../shared/node/namesFiles.js'
import { isPairImage, opensInEditor } from '../../shared/scanNames.js'

/**
 * Names of the label maps that lie beside a scan: best match of names first, then those whose sidecar names the scan.
 * @param scan the scan, or the stem of a DICOM series
 */
export async function findLabelMaps(scan: vscode.Uri): Promise<string[]> {
  const names = await filesBeside(scan)
  const byName = labelMapsBeside(baseName(scan), names, await rivalFolders(scan))
  const ofSidecar: string[] = []
  for (const name of ownNamedLabelMaps(names).filter((one) => !byName.includes(one))) {
    const sidecar = await readSidecar(vscode.Uri.joinPath(scan, '..', name))
    if (sidecar !== null && path.basename(sidecar.input.path) === baseName(scan)) ofSidecar.push(name)
  }
  return [...byName, ...ofSidecar.sort()]
}

/** The label map of a scan that a template is best made of: one that users drew or corrected before one that a run made. Null for none. */
export async function labelMapForTemplate(scan: vscode.Uri): Promise<vscode.Uri | null> {
  const first = await firstLabelMap(scan, await findLabelMaps(scan))
  return first === null ? null : vscode.Uri.joinPath(scan, '..', first)
}

/** Names of the files in a scan's folder. */
export async function filesBeside(scan: vscode.Uri): Promise<string[]> {
  return entriesBeside(scan, vscode.FileType.File)
}

/** Names of the folders beside the folder of a DICOM series, which may be scans too; none for a scan that is a file. */
export async function rivalFolders(stem: vscode.Uri): Promise<string[]> {
  return isDicomScan(stem) ? entriesBeside(stem, vscode.FileType.Directory) : []
}

async function entriesBeside(scan: vscode.Uri, kind: vscode.FileType): Promise<string[]> {
  const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.joinPath(scan, '..'))
  return entries.filter(([, type]) => (type & kind) !== 0).map(([name]) => name)
}

/** What is known of a label map beside its voxels. */
type Description = Pick<LabelMapView, 'structures' | 'warnings' | 'namesFrom' | 'areNamesShared'>

/** Of a label map that is new. */
export const NOTHING_SAID: Description = { structures: [], warnings: [], namesFrom: null, areNamesShared: false }

/** What its sidecar, its header or a file of names around it says about a label map. */
export async function describeLabelMap(labelMap: vscode.Uri): Promise<Description> {
  const sidecar = await readSidecar(labelMap)
  if (sidecar !== null)
    return { structures: sidecar.structures, warnings: sidecar.warnings, namesFrom: null, areNamesShared: false }
  const drawn = editSidecarSchema.safeParse(await readSidecarJson(labelMap))
  if (drawn.success)
    return { ...NOTHING_SAID, structures: drawn.data.structures.map((one) => ({ ...listed(one), ...one })) }
  const folder = vscode.Uri.joinPath(labelMap, '..')
  const found = await findLabelNames(baseName(labelMap), namesFiles(folder))
  return {
    structures: (found?.structures ?? []).map(listed),
    warnings: [],
    namesFrom: found?.from ?? null,
    areNamesShared: found?.isShared ?? false,
  }
}

function namesFiles(folder: vscode.Uri): NamesFiles {
  if (folder.scheme === 'file') return namesFilesIn(folder.fsPath)
  const read = async (name: string): Promise<Uint8Array<ArrayBuffer> | null> => {
    try {
      return new Uint8Array(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, name)))
    } catch {
      // Not there, or outside of what this file system shows.
      return null
    }
  }
  return { read, start: async (name) => firstUnpacked((await read(name)) ?? new Uint8Array(), HEADER_BYTES) }
}

/** The scan beside a label map that it belongs to; null for none. */
export async function scanOfLabelMap(labelMap: vscode.Uri): Promise<vscode.Uri | null> {
  const name = baseName(labelMap)
  const names = await filesBeside(labelMap)
  const scans = names.filter((one) => opensInEditor(one) && !isPairImage(one) && !isLabelMapName(one))
  const byName = scans.find((scan) => labelMapsBeside(scan, names).includes(name))
  const sidecar = byName === undefined ? await readSidecar(labelMap) : null
  const ofSidecar = scans.find((scan) => sidecar !== null && path.basename(sidecar.input.path) === scan)
  const scan = byName ?? ofSidecar
  return scan === undefined ? null : vscode.Uri.joinPath(labelMap, '..', scan)
}

/** Which of several label maps is shown first: the first that somebody drew or corrected, before those that runs made. Null for none. */
export async function firstLabelMap(scan: vscode.Uri, names: readonly string[]): Promise<string | null> {
  for (const name of names) if (!(await isOfRun(scan, name))) return name
  return names.at(0) ?? null
}

/** Whether a run made a label map beside a scan, and nobody has edited it since. */
export async function isOfRun(scan: vscode.Uri, name: string): Promise<boolean> {
  const sidecar = await readSidecar(vscode.Uri.joinPath(scan, '..', name))
  return sidecar?.structures.every(({ origin }) => origin === undefined || origin.kind === 'found') ?? false
}

/** The sidecar of a label map that a run made; null for other label maps. */
export async function readSidecar(labelMap: vscode.Uri): Promise<Sidecar | null> {
  const json = await readSidecarJson(labelMap)
  const parsed = sidecarSchema.safeParse(json)
  return parsed.success ? parsed.data : null
}

function listed(structure: {
  readonly name: string
  readonly labelValue: number
  readonly color: string
}): ListedStructure {
  return { ...structure, status: 'found', confidence: null, volumeMl: null, boxMm: null, extremePointsMm: null }
}

/** Whether the sidecar of a label map is one that we wrote. */
export async function hasOurSidecar(labelMap: vscode.Uri): Promise<boolean> {
  const json = await readSidecarJson(labelMap)
  return sidecarSchema.safeParse(json).success || editSidecarSchema.safeParse(json).success
}

async function readSidecarJson(labelMap: vscode.Uri): Promise<unknown> {
  return parseJsonOrNull(await readText(vscode.Uri.joinPath(labelMap, '..', sidecarNameOf(baseName(labelMap)))))
}

async function readText(uri: vscode.Uri): Promise<string | null> {
  try {
    return decodeText(await vscode.workspace.fs.readFile(uri))
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}
