import path from 'node:path'
import * as vscode from 'vscode'
import type { SavedLabelMap, SaveLabelMapRequest } from '../../protocol/editedLabels.js'
import { labelMapNameOf } from '../../shared/labelMapNames.js'
import { EngineError } from '../engine/engineErrors.js'
import type { LabelMapEdits, ScanPaths } from './labelMapEdits.js'

/** Has the engine write a label map. @throws EngineError where it refuses */
export type LabelMapSaver = (request: SaveLabelMapRequest) => Promise<SavedLabelMap>

/**
 * Saves what was edited in a label map, and asks before it overwrites what another program wrote meanwhile.
 * @returns `reverted` where the user wants what the file holds now
 * @throws Error when it was not saved, CancellationError when the user thought better of it
 */
export async function saveLabels(
  labelMap: LabelMapEdits,
  paths: ScanPaths,
  save: LabelMapSaver,
): Promise<'saved' | 'reverted'> {
  const { structures, runs } = labelMap
  const edits = runs.length
  const out = path.join(paths.folder, labelMap.name)
  const write = async (force: boolean): Promise<void> => {
    const { stamp } = await labelMap.tell(paths, (labels) => save({ labels, structures, out, force }))
    labelMap.setSaved({ stamp, edits, structures, isOverOther: force })
  }
  try {
    await write(false)
  } catch (error) {
    if (!(error instanceof EngineError) || error.data.remedy?.option !== 'force') throw error
    const choice = await askAboutConflict(labelMap.name, error.data.message)
    if (choice === 'Revert') return 'reverted'
    if (choice !== 'Save All the Same') throw new vscode.CancellationError()
    await write(true)
  }
  return 'saved'
}

/**
 * Writes an edited label map beside a copy of its scan; the one that is edited stays as it is.
 * @param number of the label map among those of the copy, from 1
 * @throws Error when it was not written
 */
export async function saveLabelsAs(
  labelMap: LabelMapEdits,
  scan: { readonly from: ScanPaths; readonly to: string; readonly number: number },
  save: LabelMapSaver,
): Promise<void> {
  const out = labelMapNameOf(scan.to, scan.number)
  const { structures } = labelMap
  await labelMap.tell(scan.from, (labels) => save({ labels, structures, out, isCopy: true }))
}

function askAboutConflict(name: string, message: string): Thenable<'Save All the Same' | 'Revert' | undefined> {
  return vscode.window.showWarningMessage(
    message,
    {
      modal: true,
      detail: `Put your edits into ${name} as it is now, or revert to what it holds and drop your edits.`,
    },
    'Save All the Same',
    'Revert',
  )
}
