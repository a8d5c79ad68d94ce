import * as vscode from 'vscode'
import type { DatasetEvent, DatasetOutcome, DatasetScan } from '../../shared/datasetRun.js'
import { DEFAULT_RUN_OPTIONS } from '../../shared/requests.js'
import { baseName } from '../editor/scanDocument.js'
import { EngineDied, type FolderRun } from '../engine/engineClient.js'
import { errorText } from '../errorText.js'
import { chosenSegmenter } from '../models/chosenSegmenter.js'
import { engineErrorText } from '../remedyText.js'
import { sayErrors } from '../sayErrors.js'
import { removePartialFiles, resultStamps } from '../segment/killedResult.js'
import { refuseWhenBusy } from '../segment/refuseWhenBusy.js'
import { chooseRun, type RunChoice } from '../segment/runChoices.js'
import type { RunContext } from '../segment/runKeeper.js'
import {
  afterEvent,
  countText,
  FIRST_PROGRESS,
  outcomeText,
  progressText,
  type FolderProgress,
} from './folderProgress.js'
import { showSummary } from './summaryPanel.js'

/** Runs of whole folders: there is one at a time. */
export interface FolderRuns {
  /** Asks what to look for, runs all scans of a folder and says how it went. */
  start(folder: vscode.Uri): Promise<void>
  /** Holds the run after the scan it is at, or goes on. */
  togglePause(): void
  cancel(): void
  running(): boolean
  dispose(): void
}

interface Current {
  readonly run: FolderRun
  readonly abort: AbortController
  progress: FolderProgress
  /** Shows where it stands. */
  show(): void
}

/** Runs folders in the engine process. */
export function createFolderRuns(context: RunContext, isBusy: () => boolean): FolderRuns {
  const item = vscode.window.createStatusBarItem('medlsam.folderRun', vscode.StatusBarAlignment.Right, 89)
  item.name = 'MedLSAM Folder'
  item.command = 'medlsam.pauseFolder'
  let current: Current | undefined
  /** The scan that its editors show as running. */
  let working: DatasetScan | undefined

  function setCurrent(next: Current | undefined): void {
    current = next
    void vscode.commands.executeCommand('setContext', 'medlsam.folderRunning', next !== undefined)
    if (next === undefined) item.hide()
    else item.show()
  }

  function busy(): boolean {
    return refuseWhenBusy(current !== undefined || isBusy())
  }

  async function run(folder: vscode.Uri, choice: RunChoice): Promise<void> {
    const settings = vscode.workspace.getConfiguration('medlsam.run', folder)
    const options = {
      structures: choice.structures,
      sliceStep: settings.get('sliceStep', 1),
      minConfidence: settings.get('minConfidence', DEFAULT_RUN_OPTIONS.minConfidence),
    }
    const outcome = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Segmenting ${baseName(folder)}`, cancellable: true },
      async (report, token) => {
        // Whoever answered other lists faster goes first.
        if (busy()) return null
        const abort = new AbortController()
        token.onCancellationRequested(() => {
          cancel()
        })
        let shown = 0
        const onEvent = (event: DatasetEvent): void => {
          if (current === undefined) return
          current.progress = afterEvent(current.progress, event)
          current.show()
          if (event.kind === 'scanFailed')
            context.log.error(`${event.failure.path}: ${engineErrorText(event.failure.error)}`)
          showInEditor(event)
        }
        const show = (): void => {
          const progress = current?.progress ?? FIRST_PROGRESS
          const { totals } = progress
          const percent =
            totals === null ? 0 : (100 * (totals.done + totals.failed + totals.already)) / Math.max(1, totals.total)
          report.report({ message: progressText(progress), increment: percent - shown })
          shown = percent
          const paused = progress.state === 'paused' || progress.state === 'pausing'
          item.text = `$(${paused ? 'play' : 'debug-pause'}) MedLSAM ${countText(progress)}`
          item.tooltip = `${progressText(progress)}. Click to ${paused ? 'go on' : 'pause after this scan'}.`
          item.accessibilityInformation = {
            label: `MedLSAM folder: ${progressText(progress)}. ${paused ? 'Go on' : 'Pause'}`,
          }
        }
        const started = context.engine.segmentFolder(
          {
            folder: folder.fsPath,
            settings: { templates: choice.templates, segmenter: chosenSegmenter(folder), options },
          },
          onEvent,
          abort.signal,
        )
        setCurrent({ run: started, abort, progress: FIRST_PROGRESS, show })
        show()
        try {
          return await started.outcome
        } catch (error) {
          if (!(error instanceof EngineDied)) throw error
          // The next run looks at the label map itself; what is of no use to anyone goes now.
          if (working !== undefined)
            await removePartialFiles(working.labelMapPath, await resultStamps(working.labelMapPath)).catch(
              (problem: unknown) => {
                context.log.warn(errorText(problem))
              },
            )
          void offerToGoOn(folder, choice, error.message)
          return null
        } finally {
          // A scan that was stopped, or whose engine died, has no end of its own.
          if (working !== undefined) context.editors.setRun(uriOf(working), { kind: 'idle' })
          working = undefined
          setCurrent(undefined)
        }
      },
    )
    if (outcome !== null) void sayOutcome(outcome)
  }

  async function offerToGoOn(folder: vscode.Uri, choice: RunChoice, message: string): Promise<void> {
    const goOn = 'Go On'
    const picked = await vscode.window.showErrorMessage(
      `${baseName(folder)}: ${message} Finished scans are kept.`,
      goOn,
    )
    if (picked === goOn) await sayErrors(() => run(folder, choice))
  }

  /** Scans of the folder that are open show how they fare. */
  function showInEditor(event: DatasetEvent): void {
    switch (event.kind) {
      case 'scanProgress':
        working = event.scan
        context.editors.setRun(uriOf(working), { kind: 'running', progress: event.progress, structures: [] })
        return
      case 'scanFailed':
        working = undefined
        context.editors.setRun(uriOf(event.scan), {
          kind: 'failed',
          message: engineErrorText(event.failure.error),
          next: null,
        })
        return
      case 'scanDone':
        working = undefined
        context.editors.setRun(uriOf(event.scan), { kind: 'idle' })
        context.editors
          .showLabelMap(uriOf(event.scan), baseName(vscode.Uri.file(event.scan.labelMapPath)))
          .catch((error: unknown) => {
            context.log.warn(String(error))
          })
        return
      case 'queued':
      case 'started':
      case 'scanStarted':
      case 'scanElsewhere':
      case 'waiting':
      case 'paused':
      case 'resumed':
        return
    }
  }

  async function sayOutcome(outcome: DatasetOutcome): Promise<void> {
    const summary = 'Open Summary'
    const failures = 'Show Failures'
    const text = outcomeText(outcome)
    const picked =
      outcome.failures.length > 0
        ? await vscode.window.showWarningMessage(text, summary, failures)
        : await vscode.window.showInformationMessage(text, summary)
    if (picked === failures) context.log.show()
    if (picked === summary) await showSummary(vscode.Uri.file(outcome.summaryHtml), context.editors)
  }

  function cancel(): void {
    if (current === undefined) return
    current.progress = { ...current.progress, state: 'stopping' }
    current.show()
    current.abort.abort()
  }

  return {
    async start(folder) {
      if (folder.scheme !== 'file')
        void vscode.window.showWarningMessage('Running needs scans that are files on this machine.')
      else if (!busy()) {
        const choice = await chooseRun(context.extension, context.store, context.loadBanks)
        if (choice !== undefined) await run(folder, choice)
      }
    },
    togglePause() {
      if (current === undefined || current.progress.state === 'stopping') return
      const paused = current.progress.state === 'running'
      current.run.pause(paused)
      current.progress = { ...current.progress, state: paused ? 'pausing' : 'running' }
      current.show()
    },
    cancel,
    running: () => current !== undefined,
    dispose: () => {
      item.dispose()
    },
  }
}

function uriOf(scan: DatasetScan): vscode.Uri {
  return vscode.Uri.file(scan.scanPath)
}
