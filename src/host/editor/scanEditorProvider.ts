import * as vscode from 'vscode'
import type {
  CorrectionRequest,
  CorrectionsView,
  FileSource,
  FromScanView,
  PointsRequest,
  ScanAction,
  StructuresRequest,
} from '../../protocol/scanEditor.js'
import type { KeyHelp } from '../../protocol/viewCommand.js'
import type { DicomScans } from '../dicom/dicomScans.js'
import { isDicomScan } from '../dicom/isDicomScan.js'
import { sayErrors } from '../sayErrors.js'
import { scanEditorHtml } from './editorPage.js'
import type { LabelMapSaver } from '../labels/saveLabels.js'
import { KeptPages } from './keptPages.js'
import { followLabels } from './labelPanels.js'
import { createLastLabelMaps, type LastLabelMaps } from './lastLabelMaps.js'
import { createLastViews, type LastViews } from './lastViews.js'
import { savePicture } from './savePicture.js'
import { baseName, ScanDocument } from './scanDocument.js'
import { canRun, SCAN_EDITOR, type ScanEditors } from './scanEditors.js'
import { connectPanel, fileSource, fillPanel, scanFolder, type ScanPanel } from './scanPanel.js'
import { ScanSession } from './scanSession.js'
import { createUnsavedPoints, type UnsavedPoints } from './unsavedPoints.js'

/** Hidden pages that are kept as they are: each holds a scan in memory. */
const HIDDEN_PAGES = 2

/** What the rest of the extension does for the scan editors. */
export interface ScanEditorHandlers {
  onPointsRequest(session: ScanSession, request: PointsRequest): Promise<void>
  onStructuresRequest(session: ScanSession, labelMap: string, request: StructuresRequest): Promise<void>
  onCorrection(session: ScanSession, labelMap: string, request: CorrectionRequest): Promise<void>
  /** How corrections by the segmenter stand, for a view that begins now. */
  correctionsOf(session: ScanSession): CorrectionsView
  onAction(session: ScanSession, action: ScanAction): Promise<void>
  onSaved(session: ScanSession): Promise<void>
}

/** What the scan editor works with. */
export interface ScanEditorParts {
  readonly context: vscode.ExtensionContext
  readonly editors: ScanEditors
  /** Lines of the help sheet. */
  readonly keys: readonly KeyHelp[]
  /** Folder with the masks of runs that are going on. */
  readonly previewRoot: vscode.Uri
  readonly saveLabelMap: LabelMapSaver
  readonly dicom: DicomScans
}

/** The scan editor of VS Code: opens documents and views, and does what the views ask for. */
export class ScanEditorProvider implements vscode.CustomEditorProvider<ScanDocument> {
  private readonly edited = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<ScanDocument>>()
  readonly onDidChangeCustomDocument = this.edited.event
  private readonly lastViews: LastViews
  private readonly lastLabelMaps: LastLabelMaps
  private readonly unsaved: UnsavedPoints
  private readonly editors: ScanEditors
  private readonly registration: vscode.Disposable
  private readonly pages = new KeptPages(HIDDEN_PAGES)

  constructor(
    private readonly parts: ScanEditorParts,
    private readonly handlers: ScanEditorHandlers,
  ) {
    const { context, editors } = parts
    this.editors = editors
    this.lastViews = createLastViews(context.workspaceState)
    this.lastLabelMaps = createLastLabelMaps(context.workspaceState)
    this.unsaved = createUnsavedPoints(context.workspaceState)
    this.registration = vscode.window.registerCustomEditorProvider(SCAN_EDITOR, this, {
      supportsMultipleEditorsPerDocument: true,
      // Coming back to a tab takes no reading; KeptPages limits how many are kept.
      webviewOptions: { retainContextWhenHidden: true },
    })
  }

  async openCustomDocument(uri: vscode.Uri, { backupId }: vscode.CustomDocumentOpenContext): Promise<ScanDocument> {
    const { unsaved } = this
    const { saveLabelMap, dicom } = this.parts
    const stemOf = (slice: vscode.Uri): Promise<vscode.Uri> => dicom.stemOf(slice)
    const document = await ScanDocument.open(uri, backupId, { unsaved, saveLabelMap, stemOf })
    const session = await ScanSession.begin(document, this.lastLabelMaps.of(uri))
    this.editors.add(session)
    const scan = session.labelMapItself?.scan
    if (scan) void this.editors.offerOver(session, scan)
    document.onDidEdit((event) => {
      this.edited.fire(event)
    })
    return document
  }

  resolveCustomEditor(document: ScanDocument, webviewPanel: vscode.WebviewPanel): void {
    const session = this.editors.session(document.uri)
    if (session === undefined) return
    const { extensionUri } = this.parts.context
    const { webview } = webviewPanel
    webview.options = {
      enableScripts: true,
      localResourceRoots: [
        vscode.Uri.joinPath(extensionUri, 'dist'),
        vscode.Uri.joinPath(extensionUri, 'media'),
        scanFolder(document.stem),
        this.parts.previewRoot,
        ...(isDicomScan(document.uri) ? [this.parts.dicom.cacheFolder] : []),
      ],
    }
    const panel = connectPanel(webviewPanel, (message) => void sayErrors(() => this.onMessage(session, panel, message)))
    session.panels.add(panel)
    const page = {
      load: () => {
        webview.html = scanEditorHtml(webview, extensionUri, baseName(document.uri))
      },
      unload: () => {
        webview.html = ''
      },
    }
    this.editors.setActive(session, panel, webviewPanel.active)
    webviewPanel.onDidChangeViewState(() => {
      // One that is hidden says no more.
      if (webviewPanel.visible) panel.send({ type: 'tryAgain' })
      else panel.focused = false
      this.pages.onVisible(page, webviewPanel.visible)
      this.editors.setActive(session, panel, webviewPanel.active)
    })
    webviewPanel.onDidDispose(() => {
      this.pages.forget(page)
      session.panels.delete(panel)
      this.editors.setActive(session, panel, false)
    })
    page.load()
  }

  async saveCustomDocument(document: ScanDocument): Promise<void> {
    await document.save()
    const session = this.editors.session(document.uri)
    if (session) await this.handlers.onSaved(session)
  }

  async saveCustomDocumentAs(document: ScanDocument, destination: vscode.Uri): Promise<void> {
    await document.saveAs(destination)
  }

  async revertCustomDocument(document: ScanDocument): Promise<void> {
    await document.revert()
  }

  async backupCustomDocument(
    document: ScanDocument,
    { destination }: vscode.CustomDocumentBackupContext,
  ): Promise<vscode.CustomDocumentBackup> {
    return document.backup(destination)
  }

  dispose(): void {
    this.registration.dispose()
    this.edited.dispose()
  }

  private async onMessage(session: ScanSession, panel: ScanPanel, message: FromScanView): Promise<void> {
    const { document, panels } = session
    switch (message.type) {
      case 'ready':
        document.recover()
        panel.isEditing = false
        await this.fill(session, panel)
        return
      case 'focus':
        // May come before VS Code says that the panel is active.
        panel.focused = message.focused
        this.editors.tellFocus()
        return
      case 'crosshair':
        session.crosshairMm = message.pointMm
        for (const other of [...panels, ...this.editors.followers(session)])
          if (other !== panel) other.send({ type: 'crosshair', pointMm: message.pointMm })
        return
      case 'view':
        this.lastViews.remember(document.uri, message.view)
        if (message.isLinked)
          for (const other of this.editors.followers(session)) other.send({ type: 'linkedView', view: message.view })
        return
      case 'copy':
        await vscode.env.clipboard.writeText(message.text)
        void vscode.window.setStatusBarMessage(`Copied: ${message.text}`, 5000)
        return
      case 'picture':
        await savePicture(document.stem, message)
        return
      case 'say':
        void vscode.window.showWarningMessage(message.text)
        return
      case 'warnings':
        session.warnOnce(message.texts)
        return
      case 'showLabelMap':
        this.lastLabelMaps.remember(document.uri, message.name)
        await this.editors.showLabelMap(document.uri, message.name)
        return
      case 'points':
        await this.handlers.onPointsRequest(session, message.request)
        return
      case 'editing':
        panel.isEditing = message.isOn
        this.editors.tellFocus()
        return
      case 'labelsDrawn':
        if (!canRun(document.uri)) return
        await followLabels(panel, document, message.labelMap)
        panel.send({ type: 'corrections', corrections: this.handlers.correctionsOf(session) })
        return
      case 'labelEdit':
        if (canRun(document.uri)) document.labels.edit(message.labelMap, message.edit, { madeIn: panel })
        return
      case 'correct':
        if (canRun(document.uri)) await this.handlers.onCorrection(session, message.labelMap, message.request)
        return
      case 'structures':
        if (canRun(document.uri)) await this.handlers.onStructuresRequest(session, message.labelMap, message.request)
        return
      case 'action':
        await this.handlers.onAction(session, message.action)
        return
    }
  }

  private async fill(session: ScanSession, panel: ScanPanel): Promise<void> {
    const { document, shared, labelMapItself } = session
    const isThere = await fillPanel(panel, document, shared, () => this.shownFile(session, panel), {
      keys: this.parts.keys,
      canRun: canRun(document.uri),
      view: this.lastViews.of(document.uri),
      labelMapItself: labelMapItself && { scanName: labelMapItself.scan && baseName(labelMapItself.scan) },
    })
    // What cannot be read as a series has no label maps, whatever lies beside its folder.
    if (isThere || !isDicomScan(document.uri)) await session.lookForLabelMaps()
  }

  /** The file that a panel reads: the scan, or the volume of a DICOM series. */
  private async shownFile(session: ScanSession, panel: ScanPanel): Promise<FileSource> {
    const { document } = session
    if (!isDicomScan(document.uri)) return fileSource(panel, document.uri)
    const stop = new AbortController()
    const closed = panel.panel.onDidDispose(() => {
      stop.abort()
    })
    try {
      const { name } = document
      const { volumePath, stem, warnings } = await this.parts.dicom.volumeOf(
        document.uri,
        stop.signal,
        ({ done, total }) => {
          panel.send({ type: 'reading', name, done, total })
        },
      )
      await document.setStem(vscode.Uri.file(stem))
      session.warnOnce(warnings)
      return { ...(await fileSource(panel, vscode.Uri.file(volumePath))), name: `${document.name}.nii.gz` }
    } finally {
      closed.dispose()
    }
  }
}
