import * as vscode from 'vscode'
import { DICOM_ENDING, EDITOR_ENDINGS, opensInEditor } from '../shared/scanNames.js'
import type { ScanEditors } from './editor/scanEditors.js'

/** The scan in front, in our editor or as a scan file in any other one; else one that the user chooses. */
export async function scanInFront(editors: ScanEditors): Promise<vscode.Uri | undefined> {
  return activeScan(editors) ?? (await askForScan())
}

/** A folder that the user chooses. */
export async function askForFolder(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: 'Segment All Scans in Folder',
    canSelectFolders: true,
    canSelectFiles: false,
  })
  return picked?.at(0)
}

function activeScan(editors: ScanEditors): vscode.Uri | undefined {
  const ours = editors.active()?.document.uri
  if (ours !== undefined) return ours
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input
  const uri = input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText ? input.uri : undefined
  return uri !== undefined && opensInEditor(uri.path) ? uri : undefined
}

async function askForScan(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: 'Open Scan',
    // Dialogs know the last part of an ending alone.
    filters: { Scans: [...EDITOR_ENDINGS, DICOM_ENDING].map((ending) => ending.slice(ending.lastIndexOf('.') + 1)) },
  })
  return picked?.at(0)
}
