import * as vscode from 'vscode'
import type { FromScanView, LabelMapView, RunView, ToScanView } from '../../protocol/scanEditor.js'
import type { KeyHelp } from '../../protocol/viewCommand.js'
import type { ScanDocument } from './scanDocument.js'
import { openLabelMap } from './labelMaps.js'

/** One webview on a scan. */
export interface ScanPanel {
  readonly panel: vscode.WebviewPanel
  send(message: ToScanView): void
}

/** What the views of one document share: which label map is on display and how the run stands. */
export interface SharedView {
  names: readonly string[]
  shown: string | null
  run: RunView
}

/** Sends everything a fresh webview needs to show a scan. */
export async function fillPanel(panel: ScanPanel, document: ScanDocument, shared: SharedView, keys: readonly KeyHelp[], canRun: boolean, view: unknown): Promise<void> {
  const stat = await vscode.workspace.fs.stat(document.uri)
  const limitMb = vscode.workspace.getConfiguration('medlsam.editor').get('maxSizeMb', 1024)
  const { webview } = panel.panel
  panel.send({
    type: 'open',
    scan: { name: document.name, url: `${webview.asWebviewUri(document.uri).toString()}?t=${stat.mtime}`, sizeBytes: stat.size },
    limitBytes: limitMb * 2 ** 20,
    marks: document.marks(),
    keys,
    view,
    canRun,
  })
  panel.send({ type: 'run', run: shared.run })
  panel.send({ type: 'labelMaps', names: shared.names, shown: await shownLabelMap(panel, document, shared) })
}

/** The label map on display as this panel may fetch it; null for none. */
export async function shownLabelMap(panel: ScanPanel, document: ScanDocument, shared: SharedView): Promise<LabelMapView | null> {
  if (shared.shown === null) return null
  return openLabelMap(vscode.Uri.joinPath(document.uri, '..', shared.shown), panel.panel.webview)
}

/** Starts listening; the webview sends nothing before its script runs. */
export function connectPanel(webviewPanel: vscode.WebviewPanel, onMessage: (message: FromScanView) => void): ScanPanel {
  webviewPanel.webview.onDidReceiveMessage(onMessage)
  return {
    panel: webviewPanel,
    send: (message) => void webviewPanel.webview.postMessage(message),
  }
}

/** The folder that a webview may read from besides our own files: the one with the scan. */
export function scanFolder(scan: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(scan, '..')
}

