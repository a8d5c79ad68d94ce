import * as vscode from 'vscode'
import type { FileSource, FromScanView, LabelMapView, RunView, ToScanView } from '../../protocol/scanEditor.js'
import { errorText } from '../errorText.js'
import { isMissing } from '../isMissing.js'
import { describeLabelMap } from './labelMaps.js'
import { baseName, type ScanDocument } from './scanDocument.js'

/** One webview on a scan. */
export interface ScanPanel {
  readonly panel: vscode.WebviewPanel
  /** True while its planes have the focus, as far as it told. */
  focused: boolean
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

/** What a fresh webview needs besides its scan. */
type BesidesScan = Pick<Extract<ToScanView, { readonly type: 'open' }>, 'keys' | 'canRun' | 'view'>

/** Sends what a fresh webview needs to show a scan, label maps aside; says so in it when the scan cannot be had. */
export async function fillPanel(
  panel: ScanPanel,
  document: ScanDocument,
  shared: SharedView,
  besides: BesidesScan,
): Promise<void> {
  const scan = await fileSource(panel, document.uri).catch((error: unknown) => {
    const text = isMissing(error)
      ? 'The file is not there any more. Put it back and try again, or close this editor.'
      : `The file cannot be read (${errorText(error)}). Check that you may read it, then try again.`
    panel.send({ type: 'problem', name: document.name, text })
    panel.send({ type: 'points', points: document.points() })
    return null
  })
  if (scan === null) return
  const limitMb = vscode.workspace.getConfiguration('medlsam.editor').get('maxSizeMb', 1024)
  panel.send({
    type: 'open',
    scan,
    limitBytes: limitMb * 2 ** 20,
    points: document.points(),
    ...besides,
  })
  panel.send({ type: 'run', run: shared.run })
  if (shared.preview !== null) panel.send({ type: 'preview', file: await fileSource(panel, shared.preview) })
}

/** Sends which label maps there are and the one on display. */
export async function sendLabelMaps(panel: ScanPanel, document: ScanDocument, shared: SharedView): Promise<void> {
  const shown = await shownLabelMap(panel, document, shared)
  panel.send({ type: 'labelMaps', names: shared.names, shown })
}

/** A file as a panel may fetch it. The time in the address keeps the webview from showing an older file of the same name. */
export async function fileSource({ panel }: ScanPanel, file: vscode.Uri): Promise<FileSource> {
  const { mtime, size } = await vscode.workspace.fs.stat(file)
  return { name: baseName(file), url: `${panel.webview.asWebviewUri(file).toString()}?t=${mtime}`, sizeBytes: size }
}

/** The label map on display as this panel may fetch it; null for none. */
async function shownLabelMap(
  panel: ScanPanel,
  document: ScanDocument,
  shared: SharedView,
): Promise<LabelMapView | null> {
  if (shared.shown === null) return null
  const labelMap = vscode.Uri.joinPath(document.uri, '..', shared.shown)
  try {
    return { file: await fileSource(panel, labelMap), ...(await describeLabelMap(labelMap)) }
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Starts listening; the webview sends nothing before its script runs. */
export function connectPanel(webviewPanel: vscode.WebviewPanel, onMessage: (message: FromScanView) => void): ScanPanel {
  webviewPanel.webview.onDidReceiveMessage(onMessage)
  return {
    panel: webviewPanel,
    focused: false,
    send: (message) => void webviewPanel.webview.postMessage(message),
  }
}

/** The folder that a webview may read from besides our own files: the one with the scan. */
export function scanFolder(scan: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(scan, '..')
}
