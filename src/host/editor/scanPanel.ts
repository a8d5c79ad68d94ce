import * as vscode from 'vscode'
import type { FileSource, FromScanView, LabelMapView, RunView, ToScanView } from '../../protocol/scanEditor.js'
import type { LabelComparison } from '../../shared/labelComparison.js'
import { isDicomScan } from '../dicom/isDicomScan.js'
import { EngineError, RunCancelled } from '../engine/engineErrors.js'
import { errorText } from '../errorText.js'
import { isMissing } from '../isMissing.js'
import type { ComparedState } from '../labels/comparedState.js'
import { describeLabelMap, NOTHING_SAID } from './labelMaps.js'
import { baseName, type ScanDocument } from './scanDocument.js'

/** One webview on a scan. */
export interface ScanPanel {
  readonly panel: vscode.WebviewPanel
  /** True while its planes have the focus, as far as it told. */
  focused: boolean
  /** True while labels are edited in it. */
  isEditing: boolean
  /** Name of the label map that it has drawn and follows, as far as it told. */
  drawn: string | null
  send(message: ToScanView): void
}

/** What the views of one document share: which label map is on display and how the run stands. */
export interface SharedView {
  names: readonly string[]
  shown: string | null
  run: RunView
  /** Masks of a run that is going on. */
  preview: vscode.Uri | null
  /** An image that is laid over the scan. */
  second: vscode.Uri | null
  /** How the label map on display differs from another one; null for no comparison. */
  comparison: {
    readonly labelMap: string
    readonly reference: vscode.Uri
    readonly comparison: LabelComparison
    readonly state: ComparedState
    /** Whether something was changed since. */
    readonly isStale: boolean
  } | null
  /** How often edits of labels were dropped: labels are then drawn from their files again. */
  reverts: number
}

/** What a fresh webview needs besides its scan. */
type BesidesScan = Pick<Extract<ToScanView, { readonly type: 'open' }>, 'keys' | 'canRun' | 'view' | 'labelMapItself'>

/**
 * Sends what a fresh webview needs to show a scan, label maps aside; says so in it when the scan cannot be had.
 * @param source the file that is shown: the scan itself, or a volume that is made of a DICOM series
 * @returns whether the scan can be had
 */
export async function fillPanel(
  panel: ScanPanel,
  document: ScanDocument,
  shared: SharedView,
  source: () => Promise<FileSource>,
  besides: BesidesScan,
): Promise<boolean> {
  const scan = await source().catch((error: unknown) => {
    if (error instanceof RunCancelled) return null
    panel.send({ type: 'problem', name: baseName(document.uri), text: problemText(document, error) })
    panel.send({ type: 'points', points: document.points() })
    return null
  })
  if (scan === null) return false
  const limitMb = vscode.workspace.getConfiguration('medlsam.editor').get('maxSizeMb', 1024)
  panel.send({
    type: 'open',
    name: document.name,
    scan,
    limitBytes: limitMb * 2 ** 20,
    points: document.points(),
    ...besides,
  })
  panel.send({ type: 'run', run: shared.run })
  if (shared.second !== null) panel.send({ type: 'second', file: await fileSource(panel, shared.second) })
  await sendComparison(panel, shared)
  if (shared.preview !== null) panel.send({ type: 'preview', file: await fileSource(panel, shared.preview) })
  return true
}

function problemText({ uri }: ScanDocument, error: unknown): string {
  if (isMissing(error)) return 'The file is not there any more. Put it back and try again, or close this editor.'
  // Of a series the engine says what is wrong.
  if (error instanceof EngineError && error.data.remedy?.option === 'maxBytes')
    return `${error.message} The setting "medlsam.editor.maxSizeMb" is that limit.`
  if (isDicomScan(uri)) return errorText(error)
  return `The file cannot be read (${errorText(error)}). Check that you may read it, then try again.`
}

/** Sends how the label map on display differs from another one. */
export async function sendComparison(panel: ScanPanel, { comparison: shown }: SharedView): Promise<void> {
  const comparison = shown && {
    ...shown.comparison,
    isStale: shown.isStale,
    reference: await fileSource(panel, shown.reference),
  }
  panel.send({ type: 'comparison', comparison })
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
  const { shown: name, reverts: version } = shared
  if (name === null) return null
  const labelMap = document.fileBeside(name)
  if (document.labels.of(name)?.isNew === true) return { name, version, file: null, ...NOTHING_SAID }
  try {
    return { name, version, file: await fileSource(panel, labelMap), ...(await describeLabelMap(labelMap)) }
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
    isEditing: false,
    drawn: null,
    send: (message) => void webviewPanel.webview.postMessage(message),
  }
}

/** The folder that a webview may read from besides our own files: the one with the scan. */
export function scanFolder(scan: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(scan, '..')
}
