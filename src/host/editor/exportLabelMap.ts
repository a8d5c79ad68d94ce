import * as vscode from 'vscode'
import { convertLabelMapMethod } from '../../protocol/rpc.js'
import {
  EXPORT_FORMATS,
  EXPORT_KINDS,
  type ConvertOutcome,
  type ConvertRequest,
  type ExportFormat,
} from '../../shared/exportFormats.js'
import { defined } from '../../shared/defined.js'
import type { DicomScans } from '../dicom/dicomScans.js'
import { isDicomScan } from '../dicom/isDicomScan.js'
import { askForSlice } from '../dicom/openDicomSeries.js'
import type { EngineClient } from '../engine/engineClient.js'
import { EngineError } from '../engine/engineErrors.js'
import { baseName } from './scanDocument.js'
import { scanFolder } from './scanPanel.js'
import type { ScanSession } from './scanSession.js'

/** What exporting works with. */
export interface ExportParts {
  readonly engine: EngineClient
  readonly dicom: DicomScans
}

/** Asks for a format, and has the engine write the label map on display in it, beside the label map. */
export async function exportLabelMap(parts: ExportParts, session: ScanSession): Promise<void> {
  const labelMap = labelMapOf(session)
  if (labelMap === null) {
    void vscode.window.showInformationMessage('Show a label map over the scan first: it is what is exported.')
    return
  }
  const to = await askForFormat()
  if (to === undefined) return
  const isUnsaved = session.document.labels.unsavedNames().includes(baseName(labelMap))
  // What is on the disk is exported. By way of VS Code, whose tab would stay dirty.
  if (isUnsaved && (await vscode.workspace.save(session.document.uri)) === undefined) return
  // Of what is drawn by hand no sidecar of a run says it.
  const { uri } = session.document
  const series = isDicomScan(uri) ? uri.fsPath : undefined
  const outcome = await convert(parts, { labelMap: labelMap.fsPath, to, ...defined({ series }) })
  if (outcome === null) return
  const show = 'Show in Explorer'
  const said = [`${EXPORT_KINDS[to].title}: ${outcome.out}`, ...outcome.warnings].join(' ')
  const picked = await vscode.window.showInformationMessage(said, show)
  if (picked === show) await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(outcome.out))
}

/** The label map over the scan in front, or what is open itself. */
function labelMapOf({ document, shared, labelMapItself }: ScanSession): vscode.Uri | null {
  if (labelMapItself !== null) return document.uri
  return shared.shown === null ? null : vscode.Uri.joinPath(scanFolder(document.stem), shared.shown)
}

async function askForFormat(): Promise<ExportFormat | undefined> {
  const items = EXPORT_FORMATS.map((format) => ({
    label: EXPORT_KINDS[format].title,
    description: EXPORT_KINDS[format].ending,
    format,
  }))
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Export Label Map',
    placeHolder: 'For which program?',
  })
  return picked?.format
}

/** Asks for what the engine lacks: the series, and whether a file that is there may be replaced; null when that is not said. */
async function convert(parts: ExportParts, request: ConvertRequest): Promise<ConvertOutcome | null> {
  try {
    return await parts.engine.ask(convertLabelMapMethod, request)
  } catch (error) {
    const remedy = error instanceof EngineError ? error.data.remedy : undefined
    if (remedy?.option === 'sourceSeries' && request.series === undefined) {
      const series = await askForSlice(parts.dicom)
      return series === undefined ? null : convert(parts, { ...request, series })
    }
    if (remedy?.option === 'force' && request.force !== true && (await mayReplace(error)))
      return convert(parts, { ...request, force: true })
    if (remedy?.option === 'force') return null
    throw error
  }
}

async function mayReplace(error: unknown): Promise<boolean> {
  const button = 'Replace'
  const detail = error instanceof EngineError ? error.message : ''
  return (await vscode.window.showWarningMessage('Replace the file?', { modal: true, detail }, button)) === button
}
