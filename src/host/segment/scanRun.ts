import * as vscode from 'vscode'
import { localizeMethod, segmentMethod, type EarlyMaskNote, type SegmentWithPreviews } from '../../protocol/rpc.js'
import type { ListedStructure, RunView } from '../../protocol/scanEditor.js'
import { defined } from '../../shared/defined.js'
import type { ScanRemedy } from '../../shared/errorData.js'
import type { Progress } from '../../shared/progress.js'
import type { LocalizationReport, Sidecar } from '../../shared/sidecar.js'
import type { LocalizedStructure } from '../../shared/structure.js'
import { baseName } from '../editor/scanDocument.js'
import { EngineDied, RunCancelled } from '../engine/engineErrors.js'
import { errorText } from '../errorText.js'
import type { Activity } from '../runSlot.js'
import { removePartialFiles, resultStamps, type ResultStamps } from './killedResult.js'
import type { OutputChoice } from './outputChoice.js'
import type { SaidOfScan } from './remedies.js'
import { backUpResult, type ResultBackup } from './resultBackup.js'
import { runSettings, segmenterOf, structuresOf, type RunChoice } from './runChoices.js'
import type { RunItem } from './runItem.js'
import type { RunServices } from './runServices.js'

/** What to run. */
export interface RunOrder {
  readonly scan: vscode.Uri
  readonly choice: RunChoice
  /** Where the result goes; null for a run that writes none. */
  readonly place: OutputChoice | null
  readonly said: SaidOfScan
  /** What would help, when the scan was refused. */
  readonly remedy?: ScanRemedy
}

/** How a run ended. */
export type RunResult =
  | { readonly kind: 'localized'; readonly report: LocalizationReport; readonly structures: readonly ListedStructure[] }
  | {
      readonly kind: 'segmented'
      readonly sidecar: Sidecar
      readonly labelMap: vscode.Uri
      readonly backup: ResultBackup
      readonly written: ResultStamps
    }

/** The run of a scan, from the request to the answer: shows in the scan's editors and in the status bar how it goes. */
export class ScanRun implements Activity {
  readonly kind = 'scan'
  readonly name: string
  private readonly abort = new AbortController()
  private readonly endEarly = new AbortController()
  private readonly structures = new Map<string, ListedStructure>()
  private readonly finished = new Set<string>()
  private progress: Progress | null = null

  constructor(
    private readonly services: RunServices,
    readonly order: RunOrder,
    private readonly item: RunItem,
  ) {
    this.name = services.editors.nameOf(order.scan)
  }

  cancel(): void {
    // In the queue nothing has to be stopped.
    if (this.services.slot.withdraw(this)) return
    this.abort.abort()
  }

  /** Ends it with the structures that are finished. */
  keepFinished(): void {
    if (this.finished.size === 0) return
    this.endEarly.abort()
    this.showRunning()
  }

  /** How many structures ending it now would keep. */
  finishedCount(): number {
    return this.finished.size
  }

  /** @throws what the engine client throws; nothing half-written remains */
  async run(): Promise<RunResult> {
    for (const structure of await this.waitingStructures()) this.structures.set(structure.name, structure)
    this.showRunning()
    const { place } = this.order
    return place === null ? this.localize() : this.segment(place)
  }

  private async localize(): Promise<RunResult> {
    const { scan, choice, said } = this.order
    const { timePoint, maxBytes, forceHu, huOffset } = said
    const report = await this.services.engine.run(
      localizeMethod,
      {
        ...defined({ timePoint, maxBytes, forceHu, huOffset }),
        scanPath: scan.fsPath,
        templates: choice.templates,
        options: runSettings(scan, choice),
      },
      { signal: this.abort.signal, ...this.listeners() },
    )
    this.services.onProvider(report.localizer.provider)
    return { kind: 'localized', report, structures: report.structures.map(listed) }
  }

  private async segment({ output }: OutputChoice): Promise<RunResult> {
    const { engine, editors, previews, onProvider } = this.services
    const previewFolder = previews.next()
    const before = await resultStamps(output.fsPath)
    const backup = await backUpResult(output.fsPath, previews.next())
    try {
      const { sidecar } = await engine.run(segmentMethod, this.request(previewFolder, output), {
        signal: this.abort.signal,
        endEarly: this.endEarly.signal,
        ...this.listeners(),
        onEarlyMask: (mask) => {
          this.showMask(mask)
        },
      })
      if (sidecar.segmenter !== null) onProvider(sidecar.segmenter.provider)
      return { kind: 'segmented', sidecar, labelMap: output, backup, written: await resultStamps(output.fsPath) }
    } catch (error) {
      // There is nothing to undo.
      await previews.remove(backup.folder)
      if (error instanceof EngineDied) await this.cleanUp(output, previewFolder, before)
      // A stopped engine may still be busy for a moment; the user need not wait for that.
      if (error instanceof RunCancelled) void this.cleanUpAfter(error.stopped, output, previewFolder, before)
      throw error
    } finally {
      await editors.showPreview(this.order.scan, null)
    }
  }

  private listeners(): {
    readonly onProgress: (progress: Progress) => void
    readonly onStructure: (structure: LocalizedStructure) => void
  } {
    return {
      onProgress: (progress) => {
        this.progress = progress
        this.showRunning()
      },
      onStructure: (structure) => {
        this.structures.set(structure.name, listed(structure))
        this.showRunning()
      },
    }
  }

  private show(view: RunView): void {
    this.services.editors.setRun(this.order.scan, view)
  }

  private showRunning(): void {
    this.item.show(this.order.scan, this.progress, this.services.slot.all().length - 1)
    this.show({
      kind: 'running',
      name: this.name,
      progress: this.progress,
      structures: [...this.structures.values()],
      finished: this.finished.size,
      isEnding: this.endEarly.signal.aborted,
    })
  }

  private showMask({ name, isDraft, volumeMl, labelMapPath }: EarlyMaskNote): void {
    const { editors, log } = this.services
    const structure = this.structures.get(name)
    if (structure !== undefined) this.structures.set(name, { ...structure, volumeMl })
    if (!isDraft) this.finished.add(name)
    this.showRunning()
    editors.showPreview(this.order.scan, vscode.Uri.file(labelMapPath)).catch((error: unknown) => {
      log.warn(`The masks so far cannot be shown: ${errorText(error)}`)
    })
  }

  private request(previewFolder: string, output: vscode.Uri): SegmentWithPreviews {
    const { scan, place, choice, said } = this.order
    return {
      ...said,
      ...(place?.force === true ? { force: true } : {}),
      ...(place?.update === true ? { update: true } : {}),
      // Who asks for an organ by name means it, also one that was corrected.
      ...(place?.update === true && choice.structures === null ? { keep: 'corrected' } : {}),
      scanPath: scan.fsPath,
      templates: choice.templates,
      segmenter: segmenterOf(scan, choice.how),
      out: output.fsPath,
      previewFolder,
      options: runSettings(scan, choice),
    }
  }

  /** The structures that are looked for, before anything is known about them. */
  private async waitingStructures(): Promise<ListedStructure[]> {
    const { store, loadBanks } = this.services
    const { templates, structures } = this.order.choice
    return (await structuresOf(store, templates, loadBanks))
      .filter(({ name }) => structures === null || structures.includes(name))
      .map((structure) => ({
        ...structure,
        status: 'waiting',
        confidence: null,
        volumeMl: null,
        boxMm: null,
        extremePointsMm: null,
      }))
  }

  /** True when the result is there all the same. */
  private async cleanUp(output: vscode.Uri, previewFolder: string, before: ResultStamps): Promise<boolean> {
    await this.services.previews.remove(previewFolder)
    return removePartialFiles(output.fsPath, before)
  }

  private async cleanUpAfter(
    stopped: Promise<void>,
    output: vscode.Uri,
    previewFolder: string,
    before: ResultStamps,
  ): Promise<void> {
    const { editors, log, slot } = this.services
    try {
      await stopped
      const written = await this.cleanUp(output, previewFolder, before)
      if (!written || slot.running()?.kind === 'scan') return
      await editors.showLabelMap(this.order.scan, baseName(output))
      const summary = `It was finished before it could be stopped; written to ${baseName(output)}.`
      this.show({ kind: 'done', summary, warnings: [], undo: null })
    } catch (problem) {
      log.warn(errorText(problem))
    }
  }
}

function listed(structure: LocalizedStructure): ListedStructure {
  const { name, labelValue, color, status, reason, confidence, boxMm, extremePointsMm } = structure
  return { name, labelValue, color, status, reason, confidence, boxMm, extremePointsMm, volumeMl: null }
}
