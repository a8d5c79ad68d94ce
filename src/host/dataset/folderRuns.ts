import path from 'node:path'
import * as vscode from 'vscode'
import { planFolderMethod } from '../../protocol/rpc.js'
import { DEFAULT_RUN_OPTIONS } from '../../shared/requests.js'
import type { DatasetOutcome, DatasetPlan, DatasetRequest } from '../../shared/datasetRun.js'
import type { Progress } from '../../shared/progress.js'
import { EngineDied, RunCancelled } from '../engine/engineErrors.js'
import { sayErrors } from '../sayErrors.js'
import { chooseRun } from '../segment/runDialog.js'
import type { RunServices } from '../segment/runServices.js'
import { knownSeconds } from '../segment/runTimes.js'
import { FolderItem } from './folderItem.js'
import { planText } from './folderPlan.js'
import { outcomeText, percentDone, progressText } from './folderProgress.js'
import { lastRequest, rememberRequest } from './lastRequests.js'
import { folderRequest, RunningFolder } from './runningFolder.js'
import { showSummary } from './summaryPanel.js'

/** Starts runs of whole folders, holds them, and says how they ended. */
export class FolderRuns {
  private readonly item = new FolderItem()
  private current: RunningFolder | undefined

  constructor(private readonly services: RunServices) {}

  /** Asks what to look for, runs all scans of a folder and says how it went. */
  async start(folder: vscode.Uri): Promise<void> {
    if (folder.scheme !== 'file') {
      void vscode.window.showWarningMessage('Running needs scans that are files on this machine.')
      return
    }
    const subject = { scope: folder, title: 'Segment Folder', canLocalizeOnly: false }
    const chosen = await chooseRun(this.services, subject, () => Promise.resolve({ more: true }))
    if (chosen === undefined) return
    const request = folderRequest(folder, chosen.choice)
    if (await this.isWanted(request)) await this.run(request)
  }

  /**
   * Runs the scans of a folder again as last time, but only structures that the templates have changed; what a person
   * corrected stays. Asks as for a first run where this workspace does not know how they were made.
   * @param at the folder of scans or results, or a file in it
   */
  async startAgain(at: vscode.Uri): Promise<void> {
    const known = lastRequest(this.services.extension, at.fsPath)
    if (known === null) {
      const isFile = (await vscode.workspace.fs.stat(at)).type === vscode.FileType.File
      await this.start(isFile ? vscode.Uri.joinPath(at, '..') : at)
      return
    }
    const request = { ...known, onlyChanged: true }
    if (await this.isWanted(request)) await this.run(request)
  }

  /** Shows what the run would do, with one button that starts it. */
  private async isWanted(request: DatasetRequest): Promise<boolean> {
    const plan = await this.plan(request)
    if (plan === null) return false
    const seconds = knownSeconds(
      this.services.extension,
      request.settings.options?.quality ?? DEFAULT_RUN_OPTIONS.quality,
    )
    const { start, message, detail } = planText(path.basename(request.folder), plan, seconds)
    const buttons = start === null ? [] : [start]
    return (await vscode.window.showInformationMessage(message, { modal: true, detail }, ...buttons)) !== undefined
  }

  /** Null when it was cancelled. */
  private async plan(request: DatasetRequest): Promise<DatasetPlan | null> {
    const title = `Looking for scans in ${path.basename(request.folder)}`
    const location = vscode.ProgressLocation.Notification
    return vscode.window.withProgress({ location, title, cancellable: true }, async (report, token) => {
      const abort = new AbortController()
      token.onCancellationRequested(() => {
        abort.abort()
      })
      const onProgress = ({ detail }: Progress): void => {
        if (detail !== undefined) report.report({ message: detail })
      }
      try {
        return await this.services.engine.run(planFolderMethod, request, { signal: abort.signal, onProgress })
      } catch (error) {
        if (error instanceof RunCancelled) return null
        throw error
      }
    })
  }

  /** Holds the run after the scan it is at, or goes on. */
  togglePause(): void {
    this.current?.togglePause()
  }

  dispose(): void {
    this.item.dispose()
  }

  private async run(request: DatasetRequest): Promise<void> {
    const outcome = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: `Segmenting ${path.basename(request.folder)}`,
        cancellable: true,
      },
      (report, token) => this.runReporting(request, report, token),
    )
    if (outcome === null) return
    await rememberRequest(this.services.extension, outcome, request)
    void this.sayOutcome(outcome)
  }

  /** Null when it did not begin, or when the engine died, which is said. */
  private async runReporting(
    request: DatasetRequest,
    report: vscode.Progress<{ readonly message: string; readonly increment: number }>,
    token: vscode.CancellationToken,
  ): Promise<DatasetOutcome | null> {
    const { slot } = this.services
    let shown = 0
    const run = new RunningFolder(this.services, request, (progress) => {
      const percent = percentDone(progress)
      report.report({ message: progressText(progress), increment: percent - shown })
      shown = percent
      this.item.show(progress)
    })
    token.onCancellationRequested(() => {
      run.cancel()
    })
    const ahead = slot.last()
    if (ahead !== null) report.report({ message: `waits for ${ahead.name}`, increment: 0 })
    if (!(await slot.turn(run))) return null
    this.current = run
    try {
      return await run.run()
    } catch (error) {
      if (!(error instanceof EngineDied)) throw error
      void this.offerToGoOn(request, error.message)
      return null
    } finally {
      this.current = undefined
      this.item.hide()
      slot.leave(run)
    }
  }

  private async offerToGoOn(request: DatasetRequest, message: string): Promise<void> {
    const goOn = 'Go On'
    const picked = await vscode.window.showErrorMessage(
      `${path.basename(request.folder)}: ${message} Finished scans are kept.`,
      goOn,
    )
    if (picked === goOn) await sayErrors(() => this.run(request))
  }

  private async sayOutcome(outcome: DatasetOutcome): Promise<void> {
    const { log } = this.services
    const summary = 'Open Summary'
    const failures = 'Show Failures'
    const text = outcomeText(outcome)
    const opens = !outcome.stopped && vscode.workspace.getConfiguration('medlsam.folder').get('openSummary', true)
    if (opens) await showSummary(vscode.Uri.file(outcome.summaryHtml))
    const offers = opens ? [] : [summary]
    const picked =
      outcome.failures.length > 0
        ? await vscode.window.showWarningMessage(text, ...offers, failures)
        : await vscode.window.showInformationMessage(text, ...offers)
    if (picked === failures) log.show()
    if (picked === summary) await showSummary(vscode.Uri.file(outcome.summaryHtml))
  }
}
