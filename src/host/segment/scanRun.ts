import * as vscode from 'vscode'
import { segmentMethod, type EarlyMaskNote, type SegmentWithPreviews } from '../../protocol/rpc.js'
import type { ListedStructure, RunView } from '../../protocol/scanEditor.js'
import type { ScanRemedy } from '../../shared/errorData.js'
import type { Progress } from '../../shared/progress.js'
import type { Sidecar } from '../../shared/sidecar.js'
import type { LocalizedStructure } from '../../shared/structure.js'
import { baseName } from '../editor/scanDocument.js'
import { EngineDied, RunCancelled } from '../engine/engineErrors.js'
import { errorText } from '../errorText.js'
import { chosenSegmenter } from '../models/chosenSegmenter.js'
import type { Activity } from '../runSlot.js'
import { removePartialFiles, resultStamps, type ResultStamps } from './killedResult.js'
import type { SaidOfScan } from './remedies.js'
import { runSettings, structuresOf, type RunChoice } from './runChoices.js'
import type { RunItem } from './runItem.js'
import type { RunServices } from './runServices.js'

/** What to run. */
export interface RunOrder {
  readonly scan: vscode.Uri
  readonly output: vscode.Uri
  readonly choice: RunChoice
  readonly said: SaidOfScan
  /** What would help, when the scan was refused. */
  readonly remedy?: ScanRemedy
}

/** The run of a scan, from the request to the answer: shows in the scan's editors and in the status bar how it goes. */
export class ScanRun implements Activity {
  readonly kind = 'scan'
  private readonly abort = new AbortController()
  private readonly structures = new Map<string, ListedStructure>()
  private progress: Progress | null = null

  constructor(
    private readonly services: RunServices,
    private readonly order: RunOrder,
    private readonly item: RunItem,
  ) {}

  cancel(): void {
    this.abort.abort()
  }

  /** @throws what the engine client throws; nothing half-written remains */
  async run(): Promise<Sidecar> {
    const { engine, editors, previews, onProvider } = this.services
    const { scan, output } = this.order
    for (const structure of await this.waitingStructures()) this.structures.set(structure.name, structure)
    this.showRunning()
    const previewFolder = previews.next()
    const before = await resultStamps(output.fsPath)
    try {
      const outcome = await engine.run(segmentMethod, this.request(previewFolder), {
        signal: this.abort.signal,
        onProgress: (progress) => {
          this.progress = progress
          this.showRunning()
        },
        onStructure: (structure) => {
          this.structures.set(structure.name, listed(structure))
          this.showRunning()
        },
        onEarlyMask: (mask) => {
          this.showMask(mask)
        },
      })
      onProvider(outcome.sidecar.segmenter.provider)
      return outcome.sidecar
    } catch (error) {
      if (error instanceof EngineDied) await this.cleanUp(previewFolder, before)
      // A stopped engine may still be busy for a moment; the user need not wait for that.
      if (error instanceof RunCancelled) void this.cleanUpAfter(error.stopped, previewFolder, before)
      throw error
    } finally {
      await editors.showPreview(scan, null)
    }
  }

  private show(view: RunView): void {
    this.services.editors.setRun(this.order.scan, view)
  }

  private showRunning(): void {
    this.item.show(this.order.scan, this.progress)
    this.show({ kind: 'running', progress: this.progress, structures: [...this.structures.values()] })
  }

  private showMask({ name, volumeMl, labelMapPath }: EarlyMaskNote): void {
    const { editors, log } = this.services
    const structure = this.structures.get(name)
    if (structure !== undefined) this.structures.set(name, { ...structure, volumeMl })
    this.showRunning()
    editors.showPreview(this.order.scan, vscode.Uri.file(labelMapPath)).catch((error: unknown) => {
      log.warn(`The masks so far cannot be shown: ${errorText(error)}`)
    })
  }

  private request(previewFolder: string): SegmentWithPreviews {
    const { scan, output, choice, said } = this.order
    return {
      ...said,
      scanPath: scan.fsPath,
      templates: choice.templates,
      segmenter: chosenSegmenter(scan),
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
  private async cleanUp(previewFolder: string, before: ResultStamps): Promise<boolean> {
    await this.services.previews.remove(previewFolder)
    return removePartialFiles(this.order.output.fsPath, before)
  }

  private async cleanUpAfter(stopped: Promise<void>, previewFolder: string, before: ResultStamps): Promise<void> {
    const { editors, log, slot } = this.services
    const { scan, output } = this.order
    try {
      await stopped
      const written = await this.cleanUp(previewFolder, before)
      if (!written || slot.running()?.kind === 'scan') return
      await editors.showLabelMap(scan, baseName(output))
      const summary = `It was finished before it could be stopped; written to ${baseName(output)}.`
      this.show({ kind: 'done', summary, warnings: [] })
    } catch (problem) {
      log.warn(errorText(problem))
    }
  }
}

function listed(structure: LocalizedStructure): ListedStructure {
  const { name, labelValue, color, status, reason, confidence, boxMm, extremePointsMm } = structure
  return { name, labelValue, color, status, reason, confidence, boxMm, extremePointsMm, volumeMl: null }
}
