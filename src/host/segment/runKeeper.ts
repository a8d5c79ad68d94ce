import * as vscode from 'vscode'
import { isScanRemedy, type ScanRemedy } from '../../shared/errorData.js'
import type { Sidecar } from '../../shared/sidecar.js'
import { baseName } from '../editor/scanDocument.js'
import { canRun } from '../editor/scanEditors.js'
import { EngineError, RunCancelled } from '../engine/engineErrors.js'
import { errorText } from '../errorText.js'
import { chooseOutput } from './outputChoice.js'
import { chooseRemedy, remedyLabel } from './remedies.js'
import { chooseRun } from './runChoices.js'
import { RunItem } from './runItem.js'
import type { RunServices } from './runServices.js'
import { ScanRun, type RunOrder } from './scanRun.js'

/** The button below a failed run. */
interface NextStep {
  readonly action: 'retry' | 'remedy'
  readonly label: string
}

/** Starts runs of scans, says how they ended, and remembers the last one of each scan. */
export class RunKeeper {
  private readonly last = new Map<string, RunOrder>()
  private readonly item = new RunItem()

  constructor(private readonly services: RunServices) {}

  /** Asks what to look for and runs; opens the scan in our editor first. */
  async start(scan: vscode.Uri): Promise<void> {
    const { editors, extension, store, loadBanks, slot } = this.services
    if (!canRun(scan)) {
      void vscode.window.showWarningMessage(
        'Running needs a trusted workspace and scans that are files on this machine.',
      )
      return
    }
    if (!slot.isFree()) return
    await editors.open(scan)
    const choice = await chooseRun(extension, store, loadBanks)
    if (choice === undefined) return
    const output = await chooseOutput(scan)
    if (output !== undefined) await this.run({ scan, output, choice, said: {} })
  }

  /** Runs again as last time. */
  async retry(scan: vscode.Uri): Promise<void> {
    const order = this.last.get(scan.toString())
    if (order === undefined) await this.start(scan)
    else await this.run(order)
  }

  /** Asks for what the engine wanted to know of the scan that it refused, and runs again. */
  async remedy(scan: vscode.Uri): Promise<void> {
    const order = this.last.get(scan.toString())
    if (order?.remedy === undefined) return
    const { output, choice, said, remedy } = order
    const more = await chooseRemedy(remedy)
    if (more !== undefined) await this.run({ scan, output, choice, said: { ...said, ...more } })
  }

  dispose(): void {
    this.item.dispose()
  }

  private async run(order: RunOrder): Promise<void> {
    const { editors, slot } = this.services
    const { scan, output } = order
    const run = new ScanRun(this.services, order, this.item)
    // Another run may have begun while the user answered the lists.
    if (!slot.take(run)) return
    this.last.set(scan.toString(), order)
    try {
      const sidecar = await run.run()
      await editors.showLabelMap(scan, baseName(output))
      const summary = summaryOf(sidecar)
      editors.setRun(scan, { kind: 'done', summary, warnings: sidecar.warnings })
      if (editors.session(scan) === undefined) void this.offerScan(scan, `${baseName(scan)}: ${summary}`)
    } catch (error) {
      if (error instanceof RunCancelled) editors.setRun(scan, { kind: 'cancelled' })
      else this.sayFailure(order, error)
    } finally {
      this.item.hide()
      slot.leave(run)
    }
  }

  private sayFailure(order: RunOrder, error: unknown): void {
    const { scan } = order
    const remedy = remedyOf(error)
    if (remedy !== undefined) this.last.set(scan.toString(), { ...order, remedy })
    const next: NextStep =
      remedy === undefined ? { action: 'retry', label: 'Retry' } : { action: 'remedy', label: remedyLabel(remedy) }
    // Where a button does what helps, no sentence needs to say it.
    const message = remedy !== undefined && error instanceof Error ? error.message : errorText(error)
    this.services.editors.setRun(scan, { kind: 'failed', message, next })
    const namesScan = error instanceof EngineError && error.data.file === scan.fsPath
    // Not awaited: the message stays until the user does something about it.
    void this.offerNext(scan, namesScan ? message : `${baseName(scan)}: ${message}`, next)
  }

  private async offerScan(scan: vscode.Uri, message: string): Promise<void> {
    const open = 'Open Scan'
    if ((await vscode.window.showInformationMessage(message, open)) === open) await this.services.editors.open(scan)
  }

  private async offerNext(scan: vscode.Uri, message: string, { action, label }: NextStep): Promise<void> {
    if ((await vscode.window.showErrorMessage(message, label)) === label) await this[action](scan)
  }
}

/** What would help a run that failed. */
function remedyOf(error: unknown): ScanRemedy | undefined {
  const remedy = error instanceof EngineError ? error.data.remedy : undefined
  return remedy !== undefined && isScanRemedy(remedy) ? remedy : undefined
}

/** One sentence about how a run ended. */
function summaryOf(sidecar: Sidecar): string {
  const found = sidecar.structures.filter(({ status }) => status === 'found').length
  const seconds = Object.values(sidecar.seconds).reduce((sum, value) => sum + value, 0)
  return `${found} of ${sidecar.structures.length} structures found in ${Math.round(seconds)} s; written to ${sidecar.output}.`
}
