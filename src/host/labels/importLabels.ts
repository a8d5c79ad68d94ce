import path from 'node:path'
import * as vscode from 'vscode'
import { importLabelsMethod } from '../../protocol/rpc.js'
import { canRun, type ScanEditors } from '../editor/scanEditors.js'
import { freeName } from '../editor/newLabelMap.js'
import type { ScanSession } from '../editor/scanSession.js'
import type { EngineClient } from '../engine/engineClient.js'

/** What importing works with. */
export interface ImportParts {
  readonly engine: EngineClient
  readonly editors: ScanEditors
}

/** Asks for a DICOM SEG or RTSTRUCT, writes its structures as a new label map of the scan, and shows that. */
export async function importLabels({ engine, editors }: ImportParts, session: ScanSession): Promise<void> {
  const { document, labelMapItself } = session
  if (labelMapItself !== null || !canRun(document.uri)) {
    void vscode.window.showWarningMessage('Open the scan that the structures were drawn on first, from this machine.')
    return
  }
  const file = await askForFile(session)
  if (file === undefined) return
  const out = document.fileBeside(await freeName(document))
  const { structures, warnings } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: `Reading ${path.basename(file.fsPath)}` },
    () => engine.ask(importLabelsMethod, { file: file.fsPath, scanPath: document.uri.fsPath, out: out.fsPath }),
  )
  const name = path.basename(out.fsPath)
  await editors.showLabelMap(document.uri, name)
  const count = `${structures} ${structures === 1 ? 'structure' : 'structures'}`
  const said = [`${name} holds ${count} of ${path.basename(file.fsPath)}.`, ...warnings].join(' ')
  if (warnings.length > 0) void vscode.window.showWarningMessage(said)
  else void vscode.window.showInformationMessage(said)
}

async function askForFile({ document }: ScanSession): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: `DICOM SEG or RTSTRUCT That Was Drawn on ${document.name}`,
    openLabel: 'Show over the Scan',
    defaultUri: vscode.Uri.joinPath(document.stem, '..'),
    // DICOM files may have any name.
    filters: { 'All files': ['*'], DICOM: ['dcm'] },
  })
  return picked?.at(0)
}
