import * as vscode from 'vscode'
import type { FromScanView, PointsRequest, RunView, ScanAction } from '../../protocol/scanEditor.js'
import type { KeyHelp, ViewCommand } from '../../protocol/viewCommand.js'
import { errorText } from '../errorText.js'
import { isMissing } from '../isMissing.js'
import { sayErrors } from '../sayErrors.js'
import { scanEditorHtml } from './editorPage.js'
import { findLabelMaps } from './labelMaps.js'
import { createLastViews } from './lastViews.js'
import { baseName, openScanDocument, type ScanDocument } from './scanDocument.js'
import { createUnsavedPoints } from './unsavedPoints.js'
import { isLabelMapName } from '../../shared/labelMapNames.js'
import { markupsNameOf } from '../points/slicerMarkups.js'
import {
  connectPanel,
  fileSource,
  fillPanel,
  scanFolder,
  sendLabelMaps,
  type ScanPanel,
  type SharedView,
} from './scanPanel.js'

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
  onPointsRequest(session: ScanSession, request: PointsRequest): Promise<void>
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
export function createScanEditors(
  context: vscode.ExtensionContext,
  keys: readonly KeyHelp[],
  previewRoot: vscode.Uri,
  handlers: ScanEditorHandlers,
): ScanEditors {
  const sessions = new Map<string, ScanSession>()
  const lastViews = createLastViews(context.workspaceState)
  const unsaved = createUnsavedPoints(context.workspaceState)
  const edited = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<ScanDocument>>()
  let activePanel: { readonly session: ScanSession; readonly panel: ScanPanel } | undefined

  const provider: vscode.CustomEditorProvider<ScanDocument> = {
    onDidChangeCustomDocument: edited.event,
    async openCustomDocument(uri, { backupId }) {
      const document = await openScanDocument(uri, backupId, unsaved)
      const names = await listLabelMaps(uri)
      const session: ScanSession = {
        document,
        panels: new Set(),
        shared: { names, shown: names[0] ?? null, looks: 0, run: { kind: 'idle' }, preview: null },
      }
      sessions.set(uri.toString(), session)
      const subscriptions = [
        watchFolder(session),
        document.onDidEdit((event) => {
          edited.fire(event)
        }),
        document.onDidChangePoints(({ activate }) => {
          for (const panel of session.panels)
            panel.send({ type: 'marks', marks: document.marks(), ...(activate === undefined ? {} : { activate }) })
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
        localResourceRoots: [
          vscode.Uri.joinPath(context.extensionUri, 'dist'),
          vscode.Uri.joinPath(context.extensionUri, 'media'),
          scanFolder(document.uri),
          previewRoot,
        ],
      }
      const panel = connectPanel(webviewPanel, (message) => {
        onMessage(session, panel, message).catch(
          (error: unknown) => void vscode.window.showErrorMessage(errorText(error)),
        )
      })
      session.panels.add(panel)
      const onViewState = (active: boolean): void => {
        if (active) activePanel = { session, panel }
        else if (activePanel?.panel === panel) activePanel = undefined
        tellFocus()
      }
      onViewState(webviewPanel.active)
      webviewPanel.onDidChangeViewState(() => {
        // A webview that is hidden is gone, and says no more.
        if (!webviewPanel.visible) panel.focused = false
        onViewState(webviewPanel.active)
      })
      webviewPanel.onDidDispose(() => {
        session.panels.delete(panel)
        onViewState(false)
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

  /** Keys of the view work only while its planes have the focus: see the when-clauses in package.json. */
  function tellFocus(): void {
    void vscode.commands.executeCommand('setContext', 'medlsam.scanFocus', activePanel?.panel.focused ?? false)
  }

  async function onMessage(session: ScanSession, panel: ScanPanel, message: FromScanView): Promise<void> {
    switch (message.type) {
      case 'ready':
        session.document.recover()
        await fillPanel(
          panel,
          session.document,
          session.shared,
          keys,
          canRun(session.document.uri),
          lastViews.of(session.document.uri),
        )
        await lookForLabelMaps(session)
        return
      case 'focus':
        // May come before VS Code says that the panel is active.
        panel.focused = message.focused
        tellFocus()
        return
      case 'crosshair':
        for (const other of session.panels)
          if (other !== panel) other.send({ type: 'crosshair', pointMm: message.pointMm })
        return
      case 'view':
        lastViews.remember(session.document.uri, message.view)
        return
      case 'showLabelMap':
        await editors.showLabelMap(session.document.uri, message.name)
        return
      case 'marks':
        await handlers.onPointsRequest(session, message.request)
        return
      case 'action':
        await handlers.onAction(session, message.action)
        return
    }
  }

  const registration = vscode.window.registerCustomEditorProvider(SCAN_EDITOR, provider, {
    supportsMultipleEditorsPerDocument: true,
  })

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
      session.shared.shown = name
      await lookForLabelMaps(session)
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
        for (const panel of session.panels) panel.send({ type: 'canRun', canRun: canRun(session.document.uri) })
      }
    }),
  )
  return editors
}

/** Running reads and writes files by path and takes paths from the workspace: not in untrusted or virtual ones. */
export function canRun(scan: vscode.Uri): boolean {
  return vscode.workspace.isTrusted && scan.scheme === 'file'
}

/** Finds the label maps beside a scan again and tells its views; when the one on display is gone, none is shown. */
async function lookForLabelMaps({ document, shared, panels }: ScanSession): Promise<void> {
  const look = ++shared.looks
  // That a folder cannot be listed was said when the scan was opened.
  const names = await findLabelMaps(document.uri).catch(() => shared.names)
  if (look !== shared.looks) return
  shared.names = names
  if (shared.shown !== null && !names.includes(shared.shown)) shared.shown = null
  for (const panel of panels) await sendLabelMaps(panel, document, shared)
}

/** Takes over what other programs write beside a scan: its points, and label maps with what describes them. */
function watchFolder(session: ScanSession): vscode.Disposable {
  const { document } = session
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(scanFolder(document.uri), '*'))
  let timer: NodeJS.Timeout | undefined
  const onFile = (file: vscode.Uri): void => {
    const name = baseName(file)
    if (name === markupsNameOf(document.name)) void sayErrors(() => document.reread())
    else if (isLabelMapName(name) || /\.(json|tsv)$/i.test(name)) {
      clearTimeout(timer)
      // A label map and what describes it come one after the other.
      timer = setTimeout(() => void sayErrors(() => lookForLabelMaps(session)), 300)
    }
  }
  watcher.onDidCreate(onFile)
  watcher.onDidChange(onFile)
  watcher.onDidDelete(onFile)
  return new vscode.Disposable(() => {
    clearTimeout(timer)
    watcher.dispose()
  })
}

async function listLabelMaps(scan: vscode.Uri): Promise<string[]> {
  try {
    return await findLabelMaps(scan)
  } catch (error) {
    // Gone with the scan, whose editor says so.
    if (isMissing(error)) return []
    // Some virtual file systems cannot list folders; the scan itself can still be seen.
    void vscode.window.showWarningMessage(
      `Label maps beside ${baseName(scan)} were not looked for: ${errorText(error)}`,
    )
    return []
  }
}

function chainDispose(document: ScanDocument, after: () => void): () => void {
  const dispose = document.dispose.bind(document)
  return () => {
    dispose()
    after()
  }
}
