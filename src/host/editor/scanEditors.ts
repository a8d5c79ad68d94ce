import * as vscode from 'vscode'
import type { FromScanView, MarksRequest, RunView, ScanAction } from '../../protocol/scanEditor.js'
import type { KeyHelp, ViewCommand } from '../../protocol/viewCommand.js'
import { errorText } from '../errorText.js'
import { scanEditorHtml } from './html.js'
import { findLabelMaps } from './labelMaps.js'
import { createLastViews } from './lastViews.js'
import { baseName, openScanDocument, type ScanDocument } from './scanDocument.js'
import { createUnsavedMarks } from './unsavedMarks.js'
import { connectPanel, fileSource, fillPanel, scanFolder, shownLabelMap, type ScanPanel, type SharedView } from './scanPanel.js'

/** View type of the scan editor. */
export const SCAN_EDITOR = 'medlsam.scanEditor'

/** A scan that is open, with all its editors. */
export interface ScanSession {
  readonly document: ScanDocument
  readonly shared: SharedView
  readonly panels: Set<ScanPanel>
}

/** What the rest of the extension does for the scan editors. */
export interface ScanEditorHandlers {
  onMarksRequest(session: ScanSession, request: MarksRequest): Promise<void>
  onAction(session: ScanSession, action: ScanAction): Promise<void>
  onSaved(session: ScanSession): Promise<void>
}

/** All open scan editors. */
export interface ScanEditors {
  /** The scan whose editor is in front, if any. */
  active(): ScanSession | undefined
  session(scan: vscode.Uri): ScanSession | undefined
  /** Opens the scan in our editor, or brings its editor to the front. */
  open(scan: vscode.Uri): Promise<ScanSession | undefined>
  command(command: ViewCommand): void
  setRun(scan: vscode.Uri, run: RunView): void
  /** Looks for label maps again and shows the named one, or none. */
  showLabelMap(scan: vscode.Uri, name: string | null): Promise<void>
  /** Shows the masks of a run that is going on, or what was shown before. */
  showPreview(scan: vscode.Uri, labelMap: vscode.Uri | null): Promise<void>
  dispose(): void
}

/** Registers the scan editor and keeps track of what is open. */
export function createScanEditors(context: vscode.ExtensionContext, keys: readonly KeyHelp[], previewRoot: vscode.Uri, handlers: ScanEditorHandlers): ScanEditors {
  const sessions = new Map<string, ScanSession>()
  const lastViews = createLastViews(context.workspaceState)
  const unsaved = createUnsavedMarks(context.workspaceState)
  const edited = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<ScanDocument>>()
  let activePanel: { readonly session: ScanSession; readonly panel: ScanPanel } | undefined

  const provider: vscode.CustomEditorProvider<ScanDocument> = {
    onDidChangeCustomDocument: edited.event,
    async openCustomDocument(uri, { backupId }) {
      const document = await openScanDocument(uri, backupId, unsaved)
      const names = await listLabelMaps(uri)
      const session: ScanSession = { document, panels: new Set(), shared: { names, shown: names[0] ?? null, run: { kind: 'idle' }, preview: null } }
      sessions.set(uri.toString(), session)
      const subscriptions = [
        document.onDidEdit((event) => { edited.fire(event) }),
        document.onDidChangeMarks(({ activate }) => {
          for (const panel of session.panels) panel.send({ type: 'marks', marks: document.marks(), ...(activate === undefined ? {} : { activate }) })
        }),
      ]
      return Object.assign(document, {
        dispose: chainDispose(document, () => {
          sessions.delete(uri.toString())
          for (const subscription of subscriptions) subscription.dispose()
        }),
      })
    },
    resolveCustomEditor(document, webviewPanel) {
      const session = sessions.get(document.uri.toString())
      if (session === undefined) return
      webviewPanel.webview.options = {
        enableScripts: true,
        localResourceRoots: [vscode.Uri.joinPath(context.extensionUri, 'dist'), vscode.Uri.joinPath(context.extensionUri, 'media'), scanFolder(document.uri), previewRoot],
      }
      const panel = connectPanel(webviewPanel, (message) => {
        onMessage(session, panel, message).catch((error: unknown) => void vscode.window.showErrorMessage(errorText(error)))
      })
      session.panels.add(panel)
      const activate = (): void => {
        if (webviewPanel.active) activePanel = { session, panel }
        else setFocus(false)
      }
      activate()
      webviewPanel.onDidChangeViewState(activate)
      webviewPanel.onDidDispose(() => {
        session.panels.delete(panel)
        if (activePanel?.panel === panel) activePanel = undefined
        setFocus(false)
      })
      webviewPanel.webview.html = scanEditorHtml(webviewPanel.webview, context.extensionUri, baseName(document.uri))
    },
    async saveCustomDocument(document) {
      await document.save()
      const session = sessions.get(document.uri.toString())
      if (session) await handlers.onSaved(session)
    },
    saveCustomDocumentAs: (document, destination) => document.saveAs(destination),
    revertCustomDocument: (document) => document.revert(),
    backupCustomDocument: (document, { destination }) => document.backup(destination),
  }

  async function onMessage(session: ScanSession, panel: ScanPanel, message: FromScanView): Promise<void> {
    switch (message.type) {
      case 'ready':
        session.document.recover()
        await fillPanel(panel, session.document, session.shared, keys, canRun(session.document.uri), lastViews.of(session.document.uri))
        return
      case 'focus':
        setFocus(message.focused && panel.panel.active)
        return
      case 'crosshair':
        for (const other of session.panels) if (other !== panel) other.send({ type: 'crosshair', pointMm: message.pointMm })
        return
      case 'view':
        lastViews.remember(session.document.uri, message.view)
        return
      case 'showLabelMap':
        await editors.showLabelMap(session.document.uri, message.name)
        return
      case 'marks':
        await handlers.onMarksRequest(session, message.request)
        return
      case 'action':
        await handlers.onAction(session, message.action)
        return
    }
  }

  const registration = vscode.window.registerCustomEditorProvider(SCAN_EDITOR, provider, { supportsMultipleEditorsPerDocument: true })

  const editors: ScanEditors = {
    active: () => activePanel?.session,
    session: (scan) => sessions.get(scan.toString()),
    async open(scan) {
      await vscode.commands.executeCommand('vscode.openWith', scan, SCAN_EDITOR)
      return sessions.get(scan.toString())
    },
    command(command) {
      activePanel?.panel.send({ type: 'command', command })
    },
    setRun(scan, run) {
      const session = sessions.get(scan.toString())
      if (session === undefined) return
      session.shared.run = run
      for (const panel of session.panels) panel.send({ type: 'run', run })
    },
    async showLabelMap(scan, name) {
      const session = sessions.get(scan.toString())
      if (session === undefined) return
      session.shared.names = await listLabelMaps(scan)
      session.shared.shown = name !== null && session.shared.names.includes(name) ? name : null
      for (const panel of session.panels) {
        panel.send({ type: 'labelMaps', names: session.shared.names, shown: await shownLabelMap(panel, session.document, session.shared) })
      }
    },
    async showPreview(scan, labelMap) {
      const session = sessions.get(scan.toString())
      if (session === undefined || (session.shared.preview === null && labelMap === null)) return
      session.shared.preview = labelMap
      for (const panel of session.panels) {
        const file = labelMap === null ? null : await fileSource(panel, labelMap)
        // The run may have ended meanwhile.
        if (session.shared.preview === labelMap) panel.send({ type: 'preview', file })
      }
    },
    dispose() {
      registration.dispose()
      edited.dispose()
    },
  }

  context.subscriptions.push(
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      for (const session of sessions.values()) {
        for (const panel of session.panels) void fillPanel(panel, session.document, session.shared, keys, canRun(session.document.uri), lastViews.of(session.document.uri))
      }
    }),
  )
  return editors
}

/** Running reads and writes files by path and takes paths from the workspace: not in untrusted or virtual ones. */
export function canRun(scan: vscode.Uri): boolean {
  return vscode.workspace.isTrusted && scan.scheme === 'file'
}

async function listLabelMaps(scan: vscode.Uri): Promise<string[]> {
  try {
    return await findLabelMaps(scan)
  } catch (error) {
    // Some virtual file systems cannot list folders; the scan itself can still be seen.
    void vscode.window.showWarningMessage(`Label maps beside ${baseName(scan)} were not looked for: ${errorText(error)}`)
    return []
  }
}

/** Keys of the view work only while its planes have the focus: see the when-clauses in package.json. */
function setFocus(focused: boolean): void {
  void vscode.commands.executeCommand('setContext', 'medlsam.scanFocus', focused)
}

function chainDispose(document: ScanDocument, after: () => void): () => void {
  const dispose = document.dispose.bind(document)
  return () => {
    dispose()
    after()
  }
}
