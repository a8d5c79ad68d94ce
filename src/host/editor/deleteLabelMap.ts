import * as vscode from 'vscode'
import { labelTableNamesOf, sidecarNameOf } from '../../shared/labelMapNames.js'
import { filesBeside, hasOurSidecar, isOfRun } from './labelMaps.js'
import { scanFolder } from './scanPanel.js'
import type { ScanSession } from './scanSession.js'

/** Asks, then moves the label map on display to the trash, with what describes it. */
export async function deleteLabelMap(session: ScanSession): Promise<void> {
  const { document, shared } = session
  const name = shared.shown
  if (name === null) return
  const folder = scanFolder(document.stem)
  const isMadeByRun = await isOfRun(document.stem, name)
  const isSidecarOurs = await hasOurSidecar(vscode.Uri.joinPath(folder, name))
  const present = await filesBeside(document.stem)
  const files = [name, ...labelTableNamesOf(name), ...(isSidecarOurs ? [sidecarNameOf(name)] : [])].filter((file) =>
    present.includes(file),
  )
  const goes = files.length === 0 ? 'It was never saved.' : `Goes to the trash: ${files.join(', ')}.`
  const button = 'Move to Trash'
  const picked = await vscode.window.showWarningMessage(
    `Move ${name} to the trash?`,
    {
      modal: true,
      detail: `${isMadeByRun ? 'A run made it.' : 'Somebody may have drawn or corrected it.'} ${goes}`,
    },
    button,
  )
  if (picked !== button) return
  for (const file of files.reverse())
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder, file), { useTrash: true })
  // Not before: edits of a label map that could not go are still worth something.
  document.labels.forget(name)
  // One that was never saved takes no file with it that would be seen going.
  await session.lookForLabelMaps()
}
