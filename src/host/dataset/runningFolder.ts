import * as vscode from 'vscode'
import type { DatasetEvent, DatasetOutcome, DatasetScan } from '../../shared/datasetRun.js'
import { baseName } from '../editor/scanDocument.js'
import type { FolderRun } from '../engine/engineClient.js'
import { EngineDied } from '../engine/engineErrors.js'
import { errorText } from '../errorText.js'
import { chosenSegmenter } from '../models/chosenSegmenter.js'
import { engineErrorText } from '../remedyText.js'
import type { Activity } from '../runSlot.js'
import { removePartialFiles, resultStamps } from '../segment/killedResult.js'
import { runSettings, type RunChoice } from '../segment/runChoices.js'
import type { RunServices } from '../segment/runServices.js'
import { afterEvent, FIRST_PROGRESS, type FolderProgress } from './folderProgress.js'

/** The run of a folder that is going on: shows in the editors of its scans and to its listener how it goes. */
export class RunningFolder implements Activity {
  readonly kind = 'folder'
  private readonly abort = new AbortController()
  private progress = FIRST_PROGRESS
  private started: FolderRun | undefined
  /** The scan that its editors show as running. */
  private working: DatasetScan | undefined

  constructor(
    private readonly services: RunServices,
    private readonly folder: vscode.Uri,
    private readonly choice: RunChoice,
    private readonly onProgress: (progress: FolderProgress) => void,
  ) {}

  /** @throws what the engine client throws; nothing half-written remains */
  async run(): Promise<DatasetOutcome> {
    const { engine } = this.services
    const { folder, choice } = this
    this.started = engine.segmentFolder(
      {
        folder: folder.fsPath,
        settings: {
          templates: choice.templates,
          segmenter: chosenSegmenter(folder),
          options: runSettings(folder, choice),
        },
      },
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
    const { editors, log } = this.services
    switch (event.kind) {
      case 'scanProgress':
        this.working = event.scan
        editors.setRun(uriOf(event.scan), { kind: 'running', progress: event.progress, structures: [] })
        return
      case 'scanFailed':
        this.working = undefined
        editors.setRun(uriOf(event.scan), { kind: 'failed', message: engineErrorText(event.failure.error), next: null })
        return
      case 'scanDone':
        this.working = undefined
        editors.setRun(uriOf(event.scan), { kind: 'idle' })
        editors
          .showLabelMap(uriOf(event.scan), baseName(vscode.Uri.file(event.scan.labelMapPath)))
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

function uriOf(scan: DatasetScan): vscode.Uri {
  return vscode.Uri.file(scan.scanPath)
}
