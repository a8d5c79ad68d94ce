import * as vscode from 'vscode'
import type { FromScanView, PointsRequest, ScanAction } from '../../protocol/scanEditor.js'
import type { KeyHelp } from '../../protocol/viewCommand.js'
import { sayErrors } from '../sayErrors.js'
import { scanEditorHtml } from './editorPage.js'
import { createLastViews, type LastViews } from './lastViews.js'
import { baseName, ScanDocument } from './scanDocument.js'
import { canRun, SCAN_EDITOR, type ScanEditors } from './scanEditors.js'
import { connectPanel, fillPanel, scanFolder, type ScanPanel } from './scanPanel.js'
import { ScanSession } from './scanSession.js'
import { createUnsavedPoints, type UnsavedPoints } from './unsavedPoints.js'

/** What the rest of the extension does for the scan editors. */
export interface ScanEditorHandlers {
  onPointsRequest(session: ScanSession, request: PointsRequest): Promise<void>
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
}

/** The scan editor of VS Code: opens documents and views, and does what the views ask for. */
export class ScanEditorProvider implements vscode.CustomEditorProvider<ScanDocument> {
  private readonly edited = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<ScanDocument>>()
  readonly onDidChangeCustomDocument = this.edited.event
  private readonly lastViews: LastViews
  private readonly unsaved: UnsavedPoints
  private readonly editors: ScanEditors
  private readonly registration: vscode.Disposable

  constructor(
    private readonly parts: ScanEditorParts,
    private readonly handlers: ScanEditorHandlers,
  ) {
    const { context, editors } = parts
    this.editors = editors
    this.lastViews = createLastViews(context.workspaceState)
    this.unsaved = createUnsavedPoints(context.workspaceState)
    this.registration = vscode.window.registerCustomEditorProvider(SCAN_EDITOR, this, {
      supportsMultipleEditorsPerDocument: true,
    })
  }

  async openCustomDocument(uri: vscode.Uri, { backupId }: vscode.CustomDocumentOpenContext): Promise<ScanDocument> {
    const document = await ScanDocument.open(uri, backupId, this.unsaved)
    const session = await ScanSession.begin(document)
    this.editors.add(session)
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
        scanFolder(document.uri),
        this.parts.previewRoot,
      ],
    }
    const panel = connectPanel(webviewPanel, (message) => void sayErrors(() => this.onMessage(session, panel, message)))
    session.panels.add(panel)
    this.editors.setActive(session, panel, webviewPanel.active)
    webviewPanel.onDidChangeViewState(() => {
      // A webview that is hidden is gone, and says no more.
      if (!webviewPanel.visible) panel.focused = false
      this.editors.setActive(session, panel, webviewPanel.active)
    })
    webviewPanel.onDidDispose(() => {
      session.panels.delete(panel)
      this.editors.setActive(session, panel, false)
    })
    webview.html = scanEditorHtml(webview, extensionUri, baseName(document.uri))
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
    const { document, shared, panels } = session
    switch (message.type) {
      case 'ready':
        document.recover()
        await fillPanel(panel, document, shared, {
          keys: this.parts.keys,
          canRun: canRun(document.uri),
          view: this.lastViews.of(document.uri),
        })
        await session.lookForLabelMaps()
        return
      case 'focus':
        // May come before VS Code says that the panel is active.
        panel.focused = message.focused
        this.editors.tellFocus()
        return
      case 'crosshair':
        for (const other of panels) if (other !== panel) other.send({ type: 'crosshair', pointMm: message.pointMm })
        return
      case 'view':
        this.lastViews.remember(document.uri, message.view)
        return
      case 'showLabelMap':
        await this.editors.showLabelMap(document.uri, message.name)
        return
      case 'points':
        await this.handlers.onPointsRequest(session, message.request)
        return
      case 'action':
        await this.handlers.onAction(session, message.action)
        return
    }
  }
}
