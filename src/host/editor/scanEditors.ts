import * as vscode from 'vscode'
import type { RunView } from '../../protocol/scanEditor.js'
import type { ViewCommand } from '../../protocol/viewCommand.js'
import { isOfRun } from './labelMaps.js'
import { askForPlace } from './placeInput.js'
import { baseName } from './scanDocument.js'
import { fileSource, type ScanPanel } from './scanPanel.js'
import type { ScanSession } from './scanSession.js'
import { neighbourScan } from './scanTour.js'

/** View type of the scan editor. */
export const SCAN_EDITOR = 'medlsam.scanEditor'

/** All scans that are open in our editor, and what the rest of the extension shows in it. */
export class ScanEditors {
  private readonly sessions = new Map<string, ScanSession>()
  private isLinked = false
  private activePanel: { readonly session: ScanSession; readonly panel: ScanPanel } | undefined
  private readonly trust = vscode.workspace.onDidGrantWorkspaceTrust(() => {
    for (const { document, panels } of this.sessions.values())
      for (const panel of panels) {
        panel.send({ type: 'canRun', canRun: canRun(document.uri) })
        // DICOM could not be read before.
        panel.send({ type: 'tryAgain' })
      }
  })

  private readonly limit = vscode.workspace.onDidChangeConfiguration((event) => {
    if (!event.affectsConfiguration('medlsam.editor.maxSizeMb')) return
    for (const { panels } of this.sessions.values()) for (const panel of panels) panel.send({ type: 'tryAgain' })
  })

  /** The scan whose editor is in front, if any. */
  active(): ScanSession | undefined {
    return this.activePanel?.session
  }

  session(scan: vscode.Uri): ScanSession | undefined {
    return this.sessions.get(scan.toString())
  }

  /** What users call a scan. */
  nameOf(scan: vscode.Uri): string {
    return this.session(scan)?.document.name ?? baseName(scan)
  }

  /** What the names of a scan's results begin with; of a DICOM series that is not open its slice. */
  stemOf(scan: vscode.Uri): vscode.Uri {
    return this.session(scan)?.document.stem ?? scan
  }

  /** Whether an editor of the scan can be seen. */
  isSeen(scan: vscode.Uri): boolean {
    return [...(this.session(scan)?.panels ?? [])].some(({ panel }) => panel.visible)
  }

  /** Opens the scan in our editor, or brings its editor to the front. */
  async open(scan: vscode.Uri): Promise<ScanSession | undefined> {
    await vscode.commands.executeCommand('vscode.openWith', scan, SCAN_EDITOR)
    return this.session(scan)
  }

  /** Opens scans beside each other. */
  async compare(scans: readonly vscode.Uri[]): Promise<void> {
    for (const [at, scan] of scans.entries())
      await vscode.commands.executeCommand('vscode.openWith', scan, SCAN_EDITOR, {
        viewColumn: at === 0 ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside,
        preview: false,
      })
  }

  /** Opens the next or the previous scan of the folder in place of the one in front. */
  async openNeighbour(step: 1 | -1): Promise<void> {
    const scan = this.active()?.document.uri
    const next = scan && (await neighbourScan(scan, step))
    if (next === undefined) void vscode.window.showInformationMessage('There is no other scan in this folder.')
    else await vscode.commands.executeCommand('vscode.openWith', next, SCAN_EDITOR, { preview: true })
  }

  /** Lets all editors that can be seen follow each other, or each go its own way again. */
  toggleLink(): void {
    this.isLinked = !this.isLinked
    const text = this.isLinked
      ? 'Scan editors follow each other now: crosshair in mm, zoom and window.'
      : 'Each scan editor goes its own way again.'
    void vscode.window.setStatusBarMessage(text, 5000)
  }

  /** Editors of other scans that follow this one. */
  followers(session: ScanSession): ScanPanel[] {
    if (!this.isLinked) return []
    return [...this.sessions.values()]
      .filter((other) => other !== session)
      .flatMap(({ panels }) => [...panels].filter(({ panel }) => panel.visible))
  }

  /** Asks for a slice or a point and goes there. */
  async goTo(): Promise<void> {
    const panel = this.activePanel?.panel
    const text = panel && (await askForPlace())
    if (text !== undefined && text.trim() !== '') panel?.send({ type: 'goTo', text })
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

  /** Shows a label map that is open by itself over its scan. */
  async showOver({ document }: ScanSession, scan: vscode.Uri): Promise<void> {
    await this.open(scan)
    await this.showLabelMap(scan, document.name)
  }

  /** Offers that. */
  async offerOver(session: ScanSession, scan: vscode.Uri): Promise<void> {
    const [labelMap, name] = [session.document.name, baseName(scan)]
    const show = 'Show over the Scan'
    const picked = await vscode.window.showInformationMessage(`${labelMap} is a label map of ${name}.`, show)
    if (picked === show) await this.showOver(session, scan)
  }

  /** Takes in a label map that a run of a folder made: shown where nobody's own is on display. */
  async takeLabelMap(scan: vscode.Uri, name: string): Promise<void> {
    const session = this.session(scan)
    if (session === undefined) return
    const { shown } = session.shared
    if (shown === null || (await isOfRun(session.document.stem, shown))) await this.showLabelMap(scan, name)
    else await session.lookForLabelMaps()
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

  /** Lays an image over a scan in all its editors; null takes it away. */
  async showSecond(session: ScanSession, second: vscode.Uri | null): Promise<void> {
    session.shared.second = second
    for (const panel of session.panels)
      panel.send({ type: 'second', file: second === null ? null : await fileSource(panel, second) })
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

  /** Tells VS Code whether the planes in front have the focus, and whether labels are edited in them: keys of the view work only then, see the when-clauses in package.json. */
  tellFocus(): void {
    const panel = this.activePanel?.panel
    void vscode.commands.executeCommand('setContext', 'medlsam.scanFocus', panel?.focused ?? false)
    void vscode.commands.executeCommand('setContext', 'medlsam.editing', panel?.isEditing ?? false)
  }

  dispose(): void {
    this.trust.dispose()
    this.limit.dispose()
  }
}

/** Running reads and writes files by path and takes paths from the workspace: not in untrusted or virtual ones. */
export function canRun(scan: vscode.Uri): boolean {
  return vscode.workspace.isTrusted && scan.scheme === 'file'
}
