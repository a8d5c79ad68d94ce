import * as vscode from 'vscode'
import type { RunView } from '../../protocol/scanEditor.js'
import type { ViewCommand } from '../../protocol/viewCommand.js'
import { fileSource, type ScanPanel } from './scanPanel.js'
import type { ScanSession } from './scanSession.js'

/** View type of the scan editor. */
export const SCAN_EDITOR = 'medlsam.scanEditor'

/** All scans that are open in our editor, and what the rest of the extension shows in it. */
export class ScanEditors {
  private readonly sessions = new Map<string, ScanSession>()
  private activePanel: { readonly session: ScanSession; readonly panel: ScanPanel } | undefined
  private readonly trust = vscode.workspace.onDidGrantWorkspaceTrust(() => {
    for (const { document, panels } of this.sessions.values())
      for (const panel of panels) panel.send({ type: 'canRun', canRun: canRun(document.uri) })
  })

  /** The scan whose editor is in front, if any. */
  active(): ScanSession | undefined {
    return this.activePanel?.session
  }

  session(scan: vscode.Uri): ScanSession | undefined {
    return this.sessions.get(scan.toString())
  }

  /** Opens the scan in our editor, or brings its editor to the front. */
  async open(scan: vscode.Uri): Promise<ScanSession | undefined> {
    await vscode.commands.executeCommand('vscode.openWith', scan, SCAN_EDITOR)
    return this.session(scan)
  }

  /** Sends a command to the editor in front. */
  command(command: ViewCommand): void {
    this.activePanel?.panel.send({ type: 'command', command })
  }

  /** Shows how the run of a scan stands. */
  setRun(scan: vscode.Uri, run: RunView): void {
    const session = this.session(scan)
    if (session === undefined) return
    session.shared.run = run
    for (const panel of session.panels) panel.send({ type: 'run', run })
  }

  /** Looks for label maps again and shows the named one, or none. */
  async showLabelMap(scan: vscode.Uri, name: string | null): Promise<void> {
    const session = this.session(scan)
    if (session === undefined) return
    session.shared.shown = name
    await session.lookForLabelMaps()
  }

  /** Shows the masks of a run that is going on, or what was shown before. */
  async showPreview(scan: vscode.Uri, labelMap: vscode.Uri | null): Promise<void> {
    const session = this.session(scan)
    if (session === undefined || (session.shared.preview === null && labelMap === null)) return
    session.shared.preview = labelMap
    for (const panel of session.panels) {
      const file = labelMap === null ? null : await fileSource(panel, labelMap)
      // The run may have ended meanwhile.
      if (session.shared.preview === labelMap) panel.send({ type: 'preview', file })
    }
  }

  /** Knows a scan until its document is closed. */
  add(session: ScanSession): void {
    const key = session.document.uri.toString()
    this.sessions.set(key, session)
    session.document.onDidDispose(() => {
      if (this.sessions.get(key) === session) this.sessions.delete(key)
      session.dispose()
    })
  }

  /** Whether an editor is the one in front. */
  setActive(session: ScanSession, panel: ScanPanel, active: boolean): void {
    if (active) this.activePanel = { session, panel }
    else if (this.activePanel?.panel === panel) this.activePanel = undefined
    this.tellFocus()
  }

  /** Tells VS Code whether the planes in front have the focus: keys of the view work only then, see the when-clauses in package.json. */
  tellFocus(): void {
    void vscode.commands.executeCommand('setContext', 'medlsam.scanFocus', this.activePanel?.panel.focused ?? false)
  }

  dispose(): void {
    this.trust.dispose()
  }
}

/** Running reads and writes files by path and takes paths from the workspace: not in untrusted or virtual ones. */
export function canRun(scan: vscode.Uri): boolean {
  return vscode.workspace.isTrusted && scan.scheme === 'file'
}
