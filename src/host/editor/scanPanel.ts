import * as vscode from 'vscode'
import type { FileSource, FromScanView, LabelMapView, RunView, ToScanView } from '../../protocol/scanEditor.js'
import type { KeyHelp } from '../../protocol/viewCommand.js'
import { describeLabelMap } from './labelMaps.js'
import { baseName, type ScanDocument } from './scanDocument.js'

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
  /** Masks of a run that is going on. */
  preview: vscode.Uri | null
}

/** Sends everything a fresh webview needs to show a scan. */
export async function fillPanel(panel: ScanPanel, document: ScanDocument, shared: SharedView, keys: readonly KeyHelp[], canRun: boolean, view: unknown): Promise<void> {
  const limitMb = vscode.workspace.getConfiguration('medlsam.editor').get('maxSizeMb', 1024)
  panel.send({
    type: 'open',
    scan: await fileSource(panel, document.uri),
    limitBytes: limitMb * 2 ** 20,
    marks: document.marks(),
    keys,
    view,
    canRun,
  })
  panel.send({ type: 'run', run: shared.run })
  panel.send({ type: 'labelMaps', names: shared.names, shown: await shownLabelMap(panel, document, shared) })
  if (shared.preview !== null) panel.send({ type: 'preview', file: await fileSource(panel, shared.preview) })
}

/** A file as a panel may fetch it. The time in the address keeps the webview from showing an older file of the same name. */
export async function fileSource({ panel }: ScanPanel, file: vscode.Uri): Promise<FileSource> {
  const { mtime, size } = await vscode.workspace.fs.stat(file)
  return { name: baseName(file), url: `${panel.webview.asWebviewUri(file).toString()}?t=${mtime}`, sizeBytes: size }
}

/** The label map on display as this panel may fetch it; null for none. */
export async function shownLabelMap(panel: ScanPanel, document: ScanDocument, shared: SharedView): Promise<LabelMapView | null> {
  if (shared.shown === null) return null
  const labelMap = vscode.Uri.joinPath(document.uri, '..', shared.shown)
  return { file: await fileSource(panel, labelMap), ...(await describeLabelMap(labelMap)) }
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

