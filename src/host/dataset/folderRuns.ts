import * as vscode from 'vscode'
import type { DatasetOutcome } from '../../shared/datasetRun.js'
import { baseName } from '../editor/scanDocument.js'
import { EngineDied } from '../engine/engineErrors.js'
import { sayErrors } from '../sayErrors.js'
import { chooseRun, type RunChoice } from '../segment/runChoices.js'
import type { RunServices } from '../segment/runServices.js'
import { FolderItem } from './folderItem.js'
import { outcomeText, percentDone, progressText } from './folderProgress.js'
import { RunningFolder } from './runningFolder.js'
import { showSummary } from './summaryPanel.js'

/** Starts runs of whole folders, holds them, and says how they ended. */
export class FolderRuns {
  private readonly item = new FolderItem()
  private current: RunningFolder | undefined

  constructor(private readonly services: RunServices) {}

  /** Asks what to look for, runs all scans of a folder and says how it went. */
  async start(folder: vscode.Uri): Promise<void> {
    const { extension, store, loadBanks, slot } = this.services
    if (folder.scheme !== 'file')
      void vscode.window.showWarningMessage('Running needs scans that are files on this machine.')
    else if (slot.isFree()) {
      const choice = await chooseRun(extension, store, loadBanks)
      if (choice !== undefined) await this.run(folder, choice)
    }
  }

  /** Holds the run after the scan it is at, or goes on. */
  togglePause(): void {
    this.current?.togglePause()
  }

  dispose(): void {
    this.item.dispose()
  }

  private async run(folder: vscode.Uri, choice: RunChoice): Promise<void> {
    const outcome = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Segmenting ${baseName(folder)}`, cancellable: true },
      (report, token) => this.runReporting(folder, choice, report, token),
    )
    if (outcome !== null) void this.sayOutcome(outcome)
  }

  /** Null when it did not begin, or when the engine died, which is said. */
  private async runReporting(
    folder: vscode.Uri,
    choice: RunChoice,
    report: vscode.Progress<{ readonly message: string; readonly increment: number }>,
    token: vscode.CancellationToken,
  ): Promise<DatasetOutcome | null> {
    const { slot } = this.services
    let shown = 0
    const run = new RunningFolder(this.services, folder, choice, (progress) => {
      const percent = percentDone(progress)
      report.report({ message: progressText(progress), increment: percent - shown })
      shown = percent
      this.item.show(progress)
    })
    // Another run may have begun while the user answered the lists.
    if (!slot.take(run)) return null
    this.current = run
    token.onCancellationRequested(() => {
      run.cancel()
    })
    try {
      return await run.run()
    } catch (error) {
      if (!(error instanceof EngineDied)) throw error
      void this.offerToGoOn(folder, choice, error.message)
      return null
    } finally {
      this.current = undefined
      this.item.hide()
      slot.leave(run)
    }
  }

  private async offerToGoOn(folder: vscode.Uri, choice: RunChoice, message: string): Promise<void> {
    const goOn = 'Go On'
    const picked = await vscode.window.showErrorMessage(
      `${baseName(folder)}: ${message} Finished scans are kept.`,
      goOn,
    )
    if (picked === goOn) await sayErrors(() => this.run(folder, choice))
  }

  private async sayOutcome(outcome: DatasetOutcome): Promise<void> {
    const { editors, log } = this.services
    const summary = 'Open Summary'
    const failures = 'Show Failures'
    const text = outcomeText(outcome)
    const picked =
      outcome.failures.length > 0
        ? await vscode.window.showWarningMessage(text, summary, failures)
        : await vscode.window.showInformationMessage(text, summary)
    if (picked === failures) log.show()
    if (picked === summary) await showSummary(vscode.Uri.file(outcome.summaryHtml), editors)
  }
}
