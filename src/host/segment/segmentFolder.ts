import * as vscode from 'vscode'
import { baseName } from '../editor/scanDocument.js'
import { isLabelMapName, isScanName } from '../editor/scanNames.js'
import { RunCancelled } from '../engineClient.js'
import { errorText } from '../errorText.js'
import { nextFree } from './outputChoice.js'
import { chooseRun } from './runChoices.js'
import type { RunContext, RunKeeper } from './segmentScan.js'

interface Failure {
  readonly scan: vscode.Uri
  readonly reason: string
}

/** Runs all scans of a folder one after another with one progress and one cancel, and lists what failed. */
export async function segmentFolder(context: RunContext, keeper: RunKeeper, folder: vscode.Uri, log: vscode.LogOutputChannel): Promise<void> {
  const scans = await scansIn(folder)
  if (scans.length === 0) {
    void vscode.window.showInformationMessage(`${baseName(folder)} holds no scans (.nii, .nii.gz, .nrrd, .mha).`)
    return
  }
  const choice = await chooseRun(context.extension, context.store, context.loadBanks)
  if (choice === undefined) return
  const failures: Failure[] = []
  let written = 0
  const finished = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: `Segmenting ${scans.length} scans`, cancellable: true }, async (progress, token) => {
    const abort = new AbortController()
    token.onCancellationRequested(() => { abort.abort() })
    for (const [index, scan] of scans.entries()) {
      progress.report({ message: `${baseName(scan)} (${index + 1} of ${scans.length})`, increment: index === 0 ? 0 : 100 / scans.length })
      try {
        await keeper.runOne(scan, await nextFree(scan), choice, abort.signal, (view) => { context.editors.setRun(scan, view) })
        context.editors.setRun(scan, { kind: 'idle' })
        written += 1
      } catch (error) {
        context.editors.setRun(scan, { kind: 'idle' })
        if (error instanceof RunCancelled) return false
        failures.push({ scan, reason: errorText(error) })
        log.error(`${scan.fsPath}: ${errorText(error)}`)
      }
    }
    return true
  })
  await report(scans.length, written, finished, failures, log)
}

/** Scans of a folder and those below it, without label maps, in the order of their names. */
async function scansIn(folder: vscode.Uri): Promise<vscode.Uri[]> {
  const found = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, '**/*.{nii,nii.gz,nrrd,mha}'), '**/node_modules/**')
  return found.filter((uri) => isScanName(baseName(uri)) && !isLabelMapName(baseName(uri))).sort((a, b) => a.path.localeCompare(b.path))
}

async function report(total: number, written: number, finished: boolean, failures: readonly Failure[], log: vscode.LogOutputChannel): Promise<void> {
  const done = `${written} of ${total} scans segmented${finished ? '' : ', then cancelled'}.`
  if (failures.length === 0) {
    void vscode.window.showInformationMessage(done)
    return
  }
  const show = 'Show Failures'
  const names = failures.map(({ scan, reason }) => `${baseName(scan)}: ${reason}`)
  if ((await vscode.window.showWarningMessage(`${done} ${failures.length} failed: ${names.slice(0, 3).join(' ')}`, show)) === show) log.show()
}
