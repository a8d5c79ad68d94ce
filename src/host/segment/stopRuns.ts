import * as vscode from 'vscode'
import type { RunSlot } from '../runSlot.js'
import { countOf } from './runWords.js'
import { ScanRun } from './scanRun.js'

/** Asks which run to stop, by the name of its scan or folder, and whether what is finished is kept. */
export async function stopRuns(slot: RunSlot): Promise<void> {
  const running = slot.running()
  const items = slot.all().flatMap((activity) => {
    const finished = activity instanceof ScanRun && activity === running ? activity.finishedCount() : 0
    const stop = {
      label: activity === running ? `Stop ${activity.name}` : `Do not run ${activity.name}`,
      description:
        activity === running ? (activity.kind === 'folder' ? 'the folder; finished scans are kept' : '') : 'waits',
      act: () => {
        activity.cancel()
      },
    }
    if (finished === 0 || !(activity instanceof ScanRun)) return [stop]
    const keep = {
      label: `Stop ${activity.name} and keep ${countOf(finished, 'finished organ')}`,
      description: '',
      act: () => {
        activity.keepFinished()
      },
    }
    return [keep, stop]
  })
  if (items.length === 0) void vscode.window.showInformationMessage('Nothing runs.')
  else (await vscode.window.showQuickPick(items, { title: 'Stop a Run' }))?.act()
}
