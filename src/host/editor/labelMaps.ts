import path from 'node:path'
import * as vscode from 'vscode'
import type { LabelMapView, ListedStructure } from '../../protocol/scanEditor.js'
import { sidecarSchema, type Sidecar } from '../../shared/sidecar.js'
import { isMissing } from '../isMissing.js'
import { baseName } from './scanDocument.js'
import { labelMapsBeside, labelTableNamesOf, ownNamedLabelMaps, sidecarNameOf } from '../../shared/labelMapNames.js'
import { parseLabelTable } from '../../shared/labelTable.js'

/** Names of the label maps that lie beside a scan: best match of names first, then those whose sidecar names the scan. */
export async function findLabelMaps(scan: vscode.Uri): Promise<string[]> {
  const names = await filesBeside(scan)
  const ofSidecar: string[] = []
  for (const name of ownNamedLabelMaps(names)) {
    const sidecar = await readSidecar(vscode.Uri.joinPath(scan, '..', name))
    if (sidecar !== null && path.basename(sidecar.input.path) === baseName(scan)) ofSidecar.push(name)
  }
  return [...labelMapsBeside(baseName(scan), names), ...ofSidecar.sort()]
}

/** The label map of a scan that a template is best made of: one that users drew before one that a run made. Null for none. */
export async function labelMapForTemplate(scan: vscode.Uri): Promise<vscode.Uri | null> {
  const labelMaps = (await findLabelMaps(scan)).map((name) => vscode.Uri.joinPath(scan, '..', name))
  for (const labelMap of labelMaps) if ((await readSidecar(labelMap)) === null) return labelMap
  return labelMaps.at(0) ?? null
}

/** Names of the files in a scan's folder. */
export async function filesBeside(scan: vscode.Uri): Promise<string[]> {
  const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.joinPath(scan, '..'))
  return entries.filter(([, type]) => (type & vscode.FileType.File) !== 0).map(([name]) => name)
}

/** What the sidecar or the table of names beside a label map says about it. */
export async function describeLabelMap(labelMap: vscode.Uri): Promise<Pick<LabelMapView, 'structures' | 'warnings'>> {
  const sidecar = await readSidecar(labelMap)
  if (sidecar !== null) return { structures: sidecar.structures, warnings: sidecar.warnings }
  for (const table of labelTableNamesOf(baseName(labelMap))) {
    const text = await readText(vscode.Uri.joinPath(labelMap, '..', table))
    if (text !== null) return { structures: (parseLabelTable(text) ?? []).map(listed), warnings: [] }
  }
  return { structures: [], warnings: [] }
}

async function readSidecar(labelMap: vscode.Uri): Promise<Sidecar | null> {
  const json = await readText(vscode.Uri.joinPath(labelMap, '..', sidecarNameOf(baseName(labelMap))))
  const parsed = sidecarSchema.safeParse(json === null ? null : parseOrNull(json))
  return parsed.success ? parsed.data : null
}

function listed(structure: {
  readonly name: string
  readonly labelValue: number
  readonly color: string
}): ListedStructure {
  return { ...structure, status: 'found', confidence: null, volumeMl: null, boxMm: null, extremePointsMm: null }
}

function parseOrNull(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    // A sidecar of another tool may be anything; the table of names or plain numbers do as well.
    return null
  }
}

async function readText(uri: vscode.Uri): Promise<string | null> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri))
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}
