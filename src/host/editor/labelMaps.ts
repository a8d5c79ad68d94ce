import * as vscode from 'vscode'
import type { LabelMapView, ListedStructure } from '../../protocol/scanEditor.js'
import { sidecarSchema } from '../../protocol/sidecar.js'
import { baseName } from './scanDocument.js'
import { describingNames, labelMapsBeside } from './scanNames.js'
import { parseLabelTable } from './labelTable.js'

/** Names of the label maps that lie beside a scan, best match first. */
export async function findLabelMaps(scan: vscode.Uri): Promise<string[]> {
  const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.joinPath(scan, '..'))
  return labelMapsBeside(baseName(scan), entries.filter(([, type]) => (type & vscode.FileType.File) !== 0).map(([name]) => name))
}

/** What the sidecar or the table of names beside a label map says about it. */
export async function describeLabelMap(labelMap: vscode.Uri): Promise<Pick<LabelMapView, 'structures' | 'warnings'>> {
  const { sidecar, tables } = describingNames(baseName(labelMap))
  const json = await readText(vscode.Uri.joinPath(labelMap, '..', sidecar))
  if (json !== null) {
    const parsed = sidecarSchema.safeParse(parseOrNull(json))
    if (parsed.success) return { structures: parsed.data.structures, warnings: parsed.data.warnings }
  }
  for (const table of tables) {
    const text = await readText(vscode.Uri.joinPath(labelMap, '..', table))
    if (text !== null) return { structures: parseLabelTable(text).map(listed), warnings: [] }
  }
  return { structures: [], warnings: [] }
}

function listed(structure: { readonly name: string; readonly labelValue: number; readonly color: string }): ListedStructure {
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
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return null
    throw error
  }
}
