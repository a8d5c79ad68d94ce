import path from 'node:path'
import * as vscode from 'vscode'
import type { DatasetEvent, DatasetOutcome, DatasetRequest, DatasetScan } from '../../shared/datasetRun.js'
import { DEFAULT_RUN_OPTIONS } from '../../shared/requests.js'
import { baseName } from '../editor/scanDocument.js'
import type { FolderRun } from '../engine/engineClient.js'
import { EngineDied } from '../engine/engineErrors.js'
import { errorText } from '../errorText.js'
import { engineErrorText } from '../remedyText.js'
import type { Activity } from '../runSlot.js'
import { removePartialFiles, resultStamps } from '../segment/killedResult.js'
import { runSettings, segmenterOf, type RunChoice } from '../segment/runChoices.js'
import type { RunServices } from '../segment/runServices.js'
import { rememberTimes } from '../segment/runTimes.js'
import { afterEvent, FIRST_PROGRESS, type FolderProgress } from './folderProgress.js'

/** The run of a folder that is going on: shows in the editors of its scans and to its listener how it goes. */
export class RunningFolder implements Activity {
  readonly kind = 'folder'
  readonly name: string
  private readonly abort = new AbortController()
  private progress = FIRST_PROGRESS
  private started: FolderRun | undefined
  /** The scan that its editors show as running. */
  private working: DatasetScan | undefined

  constructor(
    private readonly services: RunServices,
    private readonly request: DatasetRequest,
    private readonly onProgress: (progress: FolderProgress) => void,
  ) {
    this.name = path.basename(request.folder)
  }

  /** @throws what the engine client throws; nothing half-written remains */
  async run(): Promise<DatasetOutcome> {
    const { engine } = this.services
    this.started = engine.segmentFolder(
      this.request,
      (event) => {
        this.onEvent(event)
      },
      this.abort.signal,
    )
    this.show(FIRST_PROGRESS)
    try {
      return await this.started.outcome
    } catch (error) {
      if (error instanceof EngineDied) await this.cleanUp()
      throw error
    } finally {
      // A scan that was stopped, or whose engine died, has no end of its own.
      if (this.working !== undefined) this.services.editors.setRun(uriOf(this.working), { kind: 'idle' })
      this.working = undefined
    }
  }

  cancel(): void {
    if (this.services.slot.withdraw(this)) return
    this.show({ ...this.progress, state: 'stopping' })
    this.abort.abort()
  }

  /** Holds the run after the scan it is at, or goes on. */
  togglePause(): void {
    if (this.progress.state === 'stopping') return
    const paused = this.progress.state === 'running'
    this.started?.pause(paused)
    this.show({ ...this.progress, state: paused ? 'pausing' : 'running' })
  }

  private show(progress: FolderProgress): void {
    this.progress = progress
    this.onProgress(progress)
  }

  private onEvent(event: DatasetEvent): void {
    this.show(afterEvent(this.progress, event))
    if (event.kind === 'scanFailed')
      this.services.log.error(`${event.failure.path}: ${engineErrorText(event.failure.error)}`)
    this.showInEditor(event)
  }

  /** Scans of the folder that are open show how they fare. */
  private showInEditor(event: DatasetEvent): void {
    const { editors, extension, log } = this.services
    switch (event.kind) {
      case 'scanProgress':
        this.working = event.scan
        editors.setRun(uriOf(event.scan), {
          kind: 'running',
          name: this.name,
          progress: event.progress,
          structures: [],
          finished: 0,
          isEnding: false,
        })
        return
      case 'scanFailed':
        this.working = undefined
        editors.setRun(uriOf(event.scan), { kind: 'failed', message: engineErrorText(event.failure.error), next: null })
        return
      case 'scanNothingFound':
        this.working = undefined
        editors.setRun(uriOf(event.scan), { kind: 'done', summary: event.reason, warnings: [], undo: null })
        return
      case 'scanDone':
        this.working = undefined
        void rememberTimes(extension, {
          seconds: event.stageSeconds,
          options: { quality: this.request.settings.options?.quality ?? DEFAULT_RUN_OPTIONS.quality },
        })
        editors.setRun(uriOf(event.scan), { kind: 'idle' })
        editors
          .takeLabelMap(uriOf(event.scan), baseName(vscode.Uri.file(event.scan.labelMapPath)))
          .catch((error: unknown) => {
            log.warn(errorText(error))
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

  /** The next run looks at the label map itself; what is of no use to anyone goes now. */
  private async cleanUp(): Promise<void> {
    if (this.working === undefined) return
    const { labelMapPath } = this.working
    try {
      await removePartialFiles(labelMapPath, await resultStamps(labelMapPath))
    } catch (problem) {
      this.services.log.warn(errorText(problem))
    }
  }
}

/** What is asked of the engine. */
export function folderRequest(folder: vscode.Uri, choice: RunChoice): DatasetRequest {
  return {
    folder: folder.fsPath,
    settings: {
      templates: choice.templates,
      segmenter: segmenterOf(folder, choice.how),
      options: runSettings(folder, choice),
    },
  }
}

function uriOf(scan: DatasetScan): vscode.Uri {
  return vscode.Uri.file(scan.scanPath)
}
