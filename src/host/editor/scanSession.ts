import * as vscode from 'vscode'
import { defined } from '../../shared/defined.js'
import type { PointMm } from '../../shared/geometry/points.js'
import { isLabelMapName } from '../../shared/labelMapNames.js'
import { errorText } from '../errorText.js'
import { isMissing } from '../isMissing.js'
import { markupsNameOf } from '../../shared/slicerMarkups.js'
import { hasChanged, withReference } from '../labels/comparedState.js'
import { sayErrors } from '../sayErrors.js'
import { findLabelMaps, firstLabelMap, scanOfLabelMap } from './labelMaps.js'
import { baseName, type ScanDocument } from './scanDocument.js'
import { tellLabelsChange, tellLabelsSaved } from './labelPanels.js'
import { scanFolder, sendComparison, sendLabelMaps, type ScanPanel, type SharedView } from './scanPanel.js'

/** A label map and what describes it come one after the other. */
const SETTLED_MS = 300

/** A scan that is open, with all its editors and what these show alike. Follows what other programs write beside the scan. */
export class ScanSession {
  readonly panels = new Set<ScanPanel>()
  readonly shared: SharedView
  /** Where the crosshair of its editors is, as far as one told. */
  crosshairMm: PointMm | null = null
  private readonly subscriptions: readonly vscode.Disposable[]
  /** How often label maps were looked for: an older look that ends later is dropped. */
  private looks = 0
  private timer: NodeJS.Timeout | undefined
  /** A webview that was hidden reads the scan again. */
  private readonly warned = new Set<string>()

  private constructor(
    readonly document: ScanDocument,
    first: Pick<SharedView, 'names' | 'shown'>,
    /** The scan beside it, where the document is a label map itself. */
    readonly labelMapItself: { readonly scan: vscode.Uri | null } | null,
  ) {
    this.shared = { ...first, run: { kind: 'idle' }, preview: null, second: null, comparison: null, reverts: 0 }
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(scanFolder(document.stem), '*'))
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
      document.onDidChangeLabels((change) => {
        tellLabelsChange(this.panels, change)
        this.checkComparison()
      }),
      document.onDidRevertLabels(() => {
        this.shared.reverts += 1
        void sayErrors(() => this.lookForLabelMaps())
      }),
      document.onDidSaveLabels((name) => void sayErrors(() => tellLabelsSaved(this.panels, document, name))),
    ]
  }

  /** Begins a session with the label maps that lie beside the scan, and the one that was chosen last. */
  static async begin(document: ScanDocument, chosen: string | null | undefined): Promise<ScanSession> {
    const { uri, stem, name } = document
    if (isLabelMapName(name)) {
      const scan = await scanOfLabelMap(uri).catch(() => null)
      return new ScanSession(document, { names: [name], shown: name }, { scan })
    }
    const names = await listLabelMaps(stem)
    const isThere = chosen === null || (chosen !== undefined && names.includes(chosen))
    return new ScanSession(document, { names, shown: isThere ? chosen : await firstLabelMap(stem, names) }, null)
  }

  /** Finds the label maps beside the scan again and tells its views; when the one on display is gone, none is shown. */
  async lookForLabelMaps(): Promise<void> {
    const { shared } = this
    const look = ++this.looks
    // That a folder cannot be listed was said when the scan was opened.
    const names =
      this.labelMapItself === null ? await findLabelMaps(this.document.stem).catch(() => shared.names) : shared.names
    if (look !== this.looks) return
    shared.names = [...new Set([...names, ...this.document.labels.unsavedNames()])]
    if (shared.shown !== null && !shared.names.includes(shared.shown)) shared.shown = null
    const isCompared = shared.comparison?.labelMap === shared.shown
    if (!isCompared) shared.comparison = null
    for (const panel of this.panels) {
      await sendLabelMaps(panel, this.document, shared)
      if (!isCompared) await sendComparison(panel, shared)
    }
    await this.checkReference()
  }

  /** Says whether the table of a comparison is about the labels as they are now. */
  private checkComparison(): void {
    const { shared, document } = this
    const { comparison } = shared
    if (comparison === null) return
    const isStale = hasChanged(comparison.state, document.labels.of(comparison.labelMap))
    if (isStale === comparison.isStale) return
    shared.comparison = { ...comparison, isStale }
    for (const panel of this.panels) panel.send({ type: 'comparisonStale', isStale })
  }

  /** The same after files have changed. */
  private async checkReference(): Promise<void> {
    const { comparison } = this.shared
    if (comparison === null) return
    const state = await withReference(comparison.state, comparison.reference.fsPath)
    // Another one may have been made meanwhile.
    if (this.shared.comparison !== comparison) return
    this.shared.comparison = { ...comparison, state }
    this.checkComparison()
  }

  /** Says what had to be guessed of the scan, each once. */
  warnOnce(texts: readonly string[]): void {
    for (const text of texts) {
      if (this.warned.has(text)) continue
      this.warned.add(text)
      void vscode.window.showWarningMessage(text)
    }
  }

  dispose(): void {
    clearTimeout(this.timer)
    for (const subscription of this.subscriptions) subscription.dispose()
  }

  /** Takes over what other programs write beside the scan: its points, and label maps with what describes them. */
  private onFile(name: string): void {
    if (name === markupsNameOf(this.document.name)) void sayErrors(() => this.document.reread())
    else if (isLabelMapName(name) || /\.(json|tsv|label|ctbl|txt)$/i.test(name)) {
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
