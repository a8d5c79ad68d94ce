import * as vscode from 'vscode'
import { defined } from '../../shared/defined.js'
import { isLabelMapName } from '../../shared/labelMapNames.js'
import { errorText } from '../errorText.js'
import { isMissing } from '../isMissing.js'
import { markupsNameOf } from '../points/slicerMarkups.js'
import { sayErrors } from '../sayErrors.js'
import { findLabelMaps } from './labelMaps.js'
import { baseName, type ScanDocument } from './scanDocument.js'
import { scanFolder, sendLabelMaps, type ScanPanel, type SharedView } from './scanPanel.js'

/** A label map and what describes it come one after the other. */
const SETTLED_MS = 300

/** A scan that is open, with all its editors and what these show alike. Follows what other programs write beside the scan. */
export class ScanSession {
  readonly panels = new Set<ScanPanel>()
  readonly shared: SharedView
  private readonly subscriptions: readonly vscode.Disposable[]
  /** How often label maps were looked for: an older look that ends later is dropped. */
  private looks = 0
  private timer: NodeJS.Timeout | undefined

  private constructor(
    readonly document: ScanDocument,
    labelMaps: readonly string[],
  ) {
    this.shared = { names: labelMaps, shown: labelMaps.at(0) ?? null, run: { kind: 'idle' }, preview: null }
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(scanFolder(document.uri), '*'))
    const onFile = (file: vscode.Uri): void => {
      this.onFile(baseName(file))
    }
    this.subscriptions = [
      watcher,
      watcher.onDidCreate(onFile),
      watcher.onDidChange(onFile),
      watcher.onDidDelete(onFile),
      document.onDidChangePoints(({ activate }) => {
        for (const panel of this.panels)
          panel.send({ type: 'points', points: document.points(), ...defined({ activate }) })
      }),
    ]
  }

  /** Begins a session with the label maps that lie beside the scan. */
  static async begin(document: ScanDocument): Promise<ScanSession> {
    return new ScanSession(document, await listLabelMaps(document.uri))
  }

  /** Finds the label maps beside the scan again and tells its views; when the one on display is gone, none is shown. */
  async lookForLabelMaps(): Promise<void> {
    const { shared } = this
    const look = ++this.looks
    // That a folder cannot be listed was said when the scan was opened.
    const names = await findLabelMaps(this.document.uri).catch(() => shared.names)
    if (look !== this.looks) return
    shared.names = names
    if (shared.shown !== null && !names.includes(shared.shown)) shared.shown = null
    for (const panel of this.panels) await sendLabelMaps(panel, this.document, shared)
  }

  dispose(): void {
    clearTimeout(this.timer)
    for (const subscription of this.subscriptions) subscription.dispose()
  }

  /** Takes over what other programs write beside the scan: its points, and label maps with what describes them. */
  private onFile(name: string): void {
    if (name === markupsNameOf(this.document.name)) void sayErrors(() => this.document.reread())
    else if (isLabelMapName(name) || /\.(json|tsv)$/i.test(name)) {
      clearTimeout(this.timer)
      this.timer = setTimeout(() => void sayErrors(() => this.lookForLabelMaps()), SETTLED_MS)
    }
  }
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
