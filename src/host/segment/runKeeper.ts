import * as vscode from 'vscode'
import { isScanRemedy, type ScanRemedy } from '../../shared/errorData.js'
import { baseName } from '../editor/scanDocument.js'
import { canRun } from '../editor/scanEditors.js'
import { EngineError, RunCancelled } from '../engine/engineErrors.js'
import { errorText } from '../errorText.js'
import { mergeStructures } from '../points/editPoints.js'
import { chooseOutput, type OutputChoice } from './outputChoice.js'
import { chooseRemedy, remedyLabel } from './remedies.js'
import { undoResult } from './resultBackup.js'
import { chooseRun } from './runDialog.js'
import { rememberTimes } from './runTimes.js'
import { RunItem } from './runItem.js'
import type { RunServices } from './runServices.js'
import { localizedText, segmentedText } from './runText.js'
import { ScanRun, type RunOrder, type RunResult } from './scanRun.js'

/** The button below a failed run. */
interface NextStep {
  readonly action: 'retry' | 'remedy'
  readonly label: string
}

/** Starts runs of scans, says how they ended, and remembers the last one of each scan. */
export class RunKeeper {
  private readonly orders = new Map<string, RunOrder>()
  private readonly results = new Map<string, RunResult>()
  /** Runs that go on or wait. */
  private readonly runs = new Map<string, ScanRun>()
  private readonly item = new RunItem()

  constructor(private readonly services: RunServices) {}

  /** Asks what to look for and runs, or waits for its turn; opens the scan in our editor first. */
  async start(scan: vscode.Uri): Promise<void> {
    const { editors } = this.services
    if (!canRun(scan)) {
      void vscode.window.showWarningMessage(
        'Running needs a trusted workspace and scans that are files on this machine.',
      )
      return
    }
    if (this.runs.has(scan.toString())) {
      void vscode.window.showInformationMessage(`${editors.nameOf(scan)} is being run already, or waits for its turn.`)
      return
    }
    await editors.open(scan)
    const subject = { scope: scan, title: 'Localize & Segment', canLocalizeOnly: true }
    const chosen = await chooseRun<OutputChoice | null>(this.services, subject, async ({ structures, how }) => {
      if (how.task === 'localize') return { more: null }
      const place = await chooseOutput(editors.stemOf(scan), structures, editors.session(scan)?.shared.shown ?? null)
      return place === undefined || place === 'back' ? place : { more: place }
    })
    if (chosen !== undefined) await this.run({ scan, choice: chosen.choice, place: chosen.more, said: {} })
  }

  /** Runs again as last time. */
  async retry(scan: vscode.Uri): Promise<void> {
    const order = this.orders.get(scan.toString())
    if (order === undefined) await this.start(scan)
    else await this.run(order)
  }

  /** Asks for what the engine wanted to know of the scan that it refused, and runs again. */
  async remedy(scan: vscode.Uri): Promise<void> {
    const order = this.orders.get(scan.toString())
    if (order?.remedy === undefined) return
    const { choice, place, said, remedy } = order
    const more = await chooseRemedy(remedy)
    if (more !== undefined) await this.run({ scan, choice, place, said: { ...said, ...more } })
  }

  /** Stops the run of a scan, or takes it out of the queue; false when there is none. */
  cancel(scan: vscode.Uri): boolean {
    const run = this.runs.get(scan.toString())
    run?.cancel()
    return run !== undefined
  }

  /** Ends the run of a scan with the structures that are finished. */
  keepFinished(scan: vscode.Uri): void {
    this.runs.get(scan.toString())?.keepFinished()
  }

  /** Puts back what the last run of a scan replaced, or removes what it made. */
  async undo(scan: vscode.Uri): Promise<void> {
    const { editors } = this.services
    const result = this.results.get(scan.toString())
    if (result?.kind !== 'segmented') return
    await undoResult(result.backup, result.written)
    this.results.delete(scan.toString())
    editors.setRun(scan, { kind: 'idle' })
    await editors.showLabelMap(scan, result.backup.hasEarlier ? baseName(result.labelMap) : null)
  }

  /** Makes the points of a run that only localized template points of the scan. */
  takePoints(scan: vscode.Uri): void {
    const session = this.services.editors.session(scan)
    const result = this.results.get(scan.toString())
    if (session === undefined || result?.kind !== 'localized') return
    const structures = result.structures.flatMap(({ name, color, extremePointsMm }) =>
      extremePointsMm === null ? [] : [{ name, color, points: extremePointsMm }],
    )
    session.document.apply(mergeStructures(session.document.points(), 'Points of a run', structures))
    this.close(scan)
  }

  /** Takes what a run said out of the scan's editors. */
  close(scan: vscode.Uri): void {
    this.services.editors.setRun(scan, { kind: 'idle' })
  }

  dispose(): void {
    this.item.dispose()
  }

  private async run(order: RunOrder): Promise<void> {
    const { editors, slot } = this.services
    const { scan } = order
    const key = scan.toString()
    // Another run of it may have begun while the user answered the lists.
    if (this.runs.has(key)) return
    const run = new ScanRun(this.services, order, this.item)
    this.runs.set(key, run)
    this.orders.set(key, order)
    try {
      const ahead = slot.last()
      if (ahead !== null) editors.setRun(scan, { kind: 'queued', name: run.name, behind: ahead.name })
      if (!(await slot.turn(run))) {
        editors.setRun(scan, { kind: 'idle' })
        return
      }
      await this.runInTurn(run)
    } finally {
      this.runs.delete(key)
    }
  }

  private async runInTurn(run: ScanRun): Promise<void> {
    const { editors, slot } = this.services
    const { order } = run
    try {
      const result = await run.run()
      if (result.kind === 'segmented') await rememberTimes(this.services.extension, result.sidecar)
      await this.keepResult(order.scan, result)
      await this.sayResult(order.scan, result)
    } catch (error) {
      if (isCancelled(error)) editors.setRun(order.scan, { kind: 'cancelled' })
      else if (isNothing(error)) this.sayNothing(order.scan, error.message)
      else this.sayFailure(order, error)
    } finally {
      this.item.hide()
      slot.leave(run)
    }
  }

  /** Only the last run of a scan can be undone. */
  private async keepResult(scan: vscode.Uri, result: RunResult): Promise<void> {
    const before = this.results.get(scan.toString())
    this.results.set(scan.toString(), result)
    if (before?.kind === 'segmented') await this.services.previews.remove(before.backup.folder)
  }

  private async sayResult(scan: vscode.Uri, result: RunResult): Promise<void> {
    const { editors } = this.services
    if (result.kind === 'localized') {
      const { report, structures } = result
      const summary = localizedText(report)
      editors.setRun(scan, { kind: 'localized', summary, warnings: report.warnings, structures })
      this.tellOutOfSight(scan, summary)
      return
    }
    const { sidecar, labelMap, backup } = result
    await editors.showLabelMap(scan, baseName(labelMap))
    const summary = segmentedText(sidecar)
    const undo = { label: backup.hasEarlier ? 'Undo: put the earlier result back' : 'Undo: remove this result' }
    editors.setRun(scan, { kind: 'done', summary, warnings: sidecar.warnings, undo })
    this.tellOutOfSight(scan, summary)
  }

  /** A result too, of which nothing was written. */
  private sayNothing(scan: vscode.Uri, summary: string): void {
    this.services.editors.setRun(scan, { kind: 'done', summary, warnings: [], undo: null })
    this.tellOutOfSight(scan, summary)
  }

  /** Not awaited: the message stays until the user does something about it. */
  private tellOutOfSight(scan: vscode.Uri, summary: string): void {
    const { editors } = this.services
    if (!editors.isSeen(scan)) void this.offerScan(scan, `${editors.nameOf(scan)}: ${summary}`)
  }

  private sayFailure(order: RunOrder, error: unknown): void {
    const { scan } = order
    const remedy = remedyOf(error)
    if (remedy !== undefined) this.orders.set(scan.toString(), { ...order, remedy })
    const next: NextStep =
      remedy === undefined ? { action: 'retry', label: 'Retry' } : { action: 'remedy', label: remedyLabel(remedy) }
    // Where a button does what helps, no sentence needs to say it.
    const message = remedy !== undefined && error instanceof Error ? error.message : errorText(error)
    this.services.editors.setRun(scan, { kind: 'failed', message, next })
    const namesScan = error instanceof EngineError && error.data.file === scan.fsPath
    // Not awaited: the message stays until the user does something about it.
    void this.offerNext(scan, namesScan ? message : `${this.services.editors.nameOf(scan)}: ${message}`, next)
  }

  private async offerScan(scan: vscode.Uri, message: string): Promise<void> {
    const open = 'Open Scan'
    if ((await vscode.window.showInformationMessage(message, open)) === open) await this.services.editors.open(scan)
  }

  private async offerNext(scan: vscode.Uri, message: string, { action, label }: NextStep): Promise<void> {
    if ((await vscode.window.showErrorMessage(message, label)) === label) await this[action](scan)
  }
}

/** Also of a run that was to end early and had nothing to keep. */
function isCancelled(error: unknown): boolean {
  return error instanceof RunCancelled || (error instanceof EngineError && error.data.kind === 'cancelled')
}

/** Of a run that found nothing to segment. */
function isNothing(error: unknown): error is EngineError {
  return error instanceof EngineError && error.data.kind === 'nothingFound'
}

/** What would help a run that failed. */
function remedyOf(error: unknown): ScanRemedy | undefined {
  const remedy = error instanceof EngineError ? error.data.remedy : undefined
  return remedy !== undefined && isScanRemedy(remedy) ? remedy : undefined
}
