import * as vscode from 'vscode'
import { DEFAULT_RUN_OPTIONS } from '../../shared/requests.js'
import type { ListedStructure, RunView } from '../../protocol/scanEditor.js'
import type { Sidecar } from '../../shared/sidecar.js'
import type { LocalizedStructure } from '../../shared/structure.js'
import type { Progress } from '../../shared/progress.js'
import { isScanRemedy, type ScanRemedy } from '../../shared/errorData.js'
import { baseName } from '../editor/scanDocument.js'
import { canRun, type ScanEditors } from '../editor/scanEditors.js'
import { EngineDied, EngineError, RunCancelled, type EngineClient } from '../engine/engineClient.js'
import { errorText } from '../errorText.js'
import { chosenSegmenter } from '../models/chosenSegmenter.js'
import type { TemplateStore } from '../templates/templateStore.js'
import { chooseOutput } from './outputChoice.js'
import { createRunItem } from './runItem.js'
import { removePartialFiles, resultStamps } from './killedResult.js'
import type { PreviewFolders } from './previewFolders.js'
import { refuseWhenBusy } from './refuseWhenBusy.js'
import { chooseRemedy, remedyLabel, type SaidOfScan } from './remedies.js'
import { chooseRun, structuresOf, type RunChoice } from './runChoices.js'

/** What runs work with. */
export interface RunContext {
  readonly extension: vscode.ExtensionContext
  readonly store: TemplateStore
  readonly engine: EngineClient
  readonly editors: ScanEditors
  readonly previews: PreviewFolders
  readonly log: vscode.LogOutputChannel
  readonly loadBanks: () => Promise<void>
  /** Tells on what the engine really ran. */
  readonly onProvider: (provider: string) => void
}

/** A run that is going on: there is one at a time. */
export interface RunKeeper {
  /** Asks what to look for and runs; opens the scan in our editor first. */
  start(scan: vscode.Uri): Promise<void>
  /** Runs again as last time. */
  retry(scan: vscode.Uri): Promise<void>
  /** Asks for what the engine wanted to know of the scan that it refused, and runs again. */
  remedy(scan: vscode.Uri): Promise<void>
  cancel(): void
  running(): boolean
  dispose(): void
}

interface LastRun {
  readonly output: vscode.Uri
  readonly choice: RunChoice
  readonly said: SaidOfScan
  /** What would help, when the scan was refused. */
  readonly remedy?: ScanRemedy
}

/** Starts, shows and stops runs. */
export function createRunKeeper(context: RunContext, isBusy: () => boolean): RunKeeper {
  const last = new Map<string, LastRun>()
  const item = createRunItem()
  let current: AbortController | undefined

  function busy(): boolean {
    return refuseWhenBusy(current !== undefined || isBusy())
  }

  function setRunning(abort: AbortController | undefined): void {
    current = abort
    if (abort === undefined) item.hide()
    void vscode.commands.executeCommand('setContext', 'medlsam.running', abort !== undefined)
  }

  async function runOne(
    scan: vscode.Uri,
    { output, choice, said }: LastRun,
    signal: AbortSignal,
    show: (view: RunView) => void,
  ): Promise<Sidecar> {
    const settings = vscode.workspace.getConfiguration('medlsam.run', scan)
    const structures = new Map<string, ListedStructure>(await waitingStructures(context, choice))
    let progress: Progress | null = null
    const showRunning = (): void => {
      item.show(scan, progress)
      show({ kind: 'running', progress, structures: [...structures.values()] })
    }
    showRunning()
    const previewFolder = context.previews.next()
    const before = await resultStamps(output.fsPath)
    try {
      const outcome = await context.engine.segment(
        {
          ...said,
          scanPath: scan.fsPath,
          templates: choice.templates,
          segmenter: chosenSegmenter(scan),
          out: output.fsPath,
          previewFolder,
          options: {
            structures: choice.structures,
            sliceStep: settings.get('sliceStep', 1),
            minConfidence: settings.get('minConfidence', DEFAULT_RUN_OPTIONS.minConfidence),
          },
        },
        {
          signal,
          onProgress: (next) => {
            progress = next
            showRunning()
          },
          onStructure: (structure) => {
            structures.set(structure.name, listed(structure))
            showRunning()
          },
          onEarlyMask: ({ name, volumeMl, labelMapPath }) => {
            const structure = structures.get(name)
            if (structure !== undefined) structures.set(name, { ...structure, volumeMl })
            showRunning()
            context.editors.showPreview(scan, vscode.Uri.file(labelMapPath)).catch((error: unknown) => {
              context.log.warn(`The masks so far cannot be shown: ${errorText(error)}`)
            })
          },
        },
      )
      context.onProvider(outcome.sidecar.segmenter.provider)
      return outcome.sidecar
    } catch (error) {
      const cleanUp = async (): Promise<boolean> => {
        await context.previews.remove(previewFolder)
        return removePartialFiles(output.fsPath, before)
      }
      if (error instanceof EngineDied) await cleanUp()
      // A cancelled engine may still be busy for a moment; people need not wait for that.
      if (error instanceof RunCancelled) {
        void error.stopped
          .then(cleanUp)
          .then(async (written) => {
            if (!written || current !== undefined) return
            await context.editors.showLabelMap(scan, baseName(output))
            show({
              kind: 'done',
              summary: `It was finished before it could be stopped; written to ${baseName(output)}.`,
              warnings: [],
            })
          })
          .catch((problem: unknown) => {
            context.log.warn(errorText(problem))
          })
      }
      throw error
    } finally {
      await context.editors.showPreview(scan, null)
    }
  }

  async function run(scan: vscode.Uri, lastRun: LastRun): Promise<void> {
    // Whoever answered other lists faster goes first.
    if (busy()) return
    last.set(scan.toString(), lastRun)
    const abort = new AbortController()
    setRunning(abort)
    const show = (view: RunView): void => {
      context.editors.setRun(scan, view)
    }
    try {
      const sidecar = await runOne(scan, lastRun, abort.signal, show)
      await context.editors.showLabelMap(scan, baseName(lastRun.output))
      const summary = summaryOf(sidecar)
      show({ kind: 'done', summary, warnings: sidecar.warnings })
      if (context.editors.session(scan) === undefined) void offerScan(scan, `${baseName(scan)}: ${summary}`)
    } catch (error) {
      if (error instanceof RunCancelled) show({ kind: 'cancelled' })
      else {
        const said = error instanceof EngineError ? error.data.remedy : undefined
        const remedy = said !== undefined && isScanRemedy(said) ? said : undefined
        if (remedy !== undefined) last.set(scan.toString(), { ...lastRun, remedy })
        const next =
          remedy === undefined
            ? { action: 'retry' as const, label: 'Retry' }
            : { action: 'remedy' as const, label: remedyLabel(remedy) }
        // Where a button does what helps, no sentence needs to say it.
        const message = remedy !== undefined && error instanceof Error ? error.message : errorText(error)
        show({ kind: 'failed', message, next })
        const namesScan = error instanceof EngineError && error.data.file === scan.fsPath
        // Not awaited: the message stays until people do something about it.
        void offerNext(scan, namesScan ? message : `${baseName(scan)}: ${message}`, next)
      }
    } finally {
      setRunning(undefined)
    }
  }

  async function offerScan(scan: vscode.Uri, message: string): Promise<void> {
    const open = 'Open Scan'
    if ((await vscode.window.showInformationMessage(message, open)) === open) await context.editors.open(scan)
  }

  async function offerNext(
    scan: vscode.Uri,
    message: string,
    { action, label }: { readonly action: 'retry' | 'remedy'; readonly label: string },
  ): Promise<void> {
    if ((await vscode.window.showErrorMessage(message, label)) === label) await keeper[action](scan)
  }

  const keeper: RunKeeper = {
    async start(scan) {
      if (!canRun(scan)) {
        void vscode.window.showWarningMessage(
          'Running needs a trusted workspace and scans that are files on this machine.',
        )
        return
      }
      if (busy()) return
      await context.editors.open(scan)
      const choice = await chooseRun(context.extension, context.store, context.loadBanks)
      if (choice === undefined) return
      const output = await chooseOutput(scan)
      if (output !== undefined) await run(scan, { output, choice, said: {} })
    },
    async retry(scan) {
      const lastRun = last.get(scan.toString())
      if (lastRun === undefined) await keeper.start(scan)
      else await run(scan, lastRun)
    },
    async remedy(scan) {
      const lastRun = last.get(scan.toString())
      if (lastRun?.remedy === undefined) return
      const { output, choice, said, remedy } = lastRun
      const more = await chooseRemedy(remedy)
      if (more !== undefined) await run(scan, { output, choice, said: { ...said, ...more } })
    },
    cancel: () => {
      current?.abort()
    },
    running: () => current !== undefined,
    dispose: () => {
      item.dispose()
    },
  }
  return keeper
}

/** The structures that are looked for, before anything is known about them. */
async function waitingStructures(
  { store, loadBanks }: RunContext,
  choice: RunChoice,
): Promise<[string, ListedStructure][]> {
  return (await structuresOf(store, choice.templates, loadBanks))
    .filter(({ name }) => choice.structures === null || choice.structures.includes(name))
    .map((structure) => [
      structure.name,
      { ...structure, status: 'waiting', confidence: null, volumeMl: null, boxMm: null, extremePointsMm: null },
    ])
}

function listed(structure: LocalizedStructure): ListedStructure {
  const { name, labelValue, color, status, reason, confidence, boxMm, extremePointsMm } = structure
  return { name, labelValue, color, status, reason, confidence, boxMm, extremePointsMm, volumeMl: null }
}

/** One sentence about how a run ended. */
export function summaryOf(sidecar: Sidecar): string {
  const found = sidecar.structures.filter(({ status }) => status === 'found').length
  const seconds = Object.values(sidecar.seconds).reduce((sum, value) => sum + value, 0)
  return `${found} of ${sidecar.structures.length} structures found in ${Math.round(seconds)} s; written to ${sidecar.output}.`
}
