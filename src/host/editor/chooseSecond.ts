import * as vscode from 'vscode'
import { isLabelMapName } from '../../shared/labelMapNames.js'
import { isPairImage, opensInEditor } from '../../shared/scanNames.js'
import { filesBeside } from './labelMaps.js'
import type { ScanDocument } from './scanDocument.js'

/** Asks which image beside a scan to lay over it; undefined when the user thinks better of it. */
export async function chooseSecond({ stem, name }: ScanDocument): Promise<vscode.Uri | undefined> {
  const names = (await filesBeside(stem)).filter(
    (one) => one !== name && opensInEditor(one) && !isPairImage(one) && !isLabelMapName(one),
  )
  if (names.length === 0) {
    void vscode.window.showInformationMessage(
      `No other image lies beside ${name}: put the PET, the dose or the other CT into its folder first.`,
    )
    return undefined
  }
  const picked = await vscode.window.showQuickPick(
    names.sort((a, b) => a.localeCompare(b, undefined, { numeric: true })),
    { title: `Lay an Image over ${name}`, placeHolder: 'It is placed by its header, also where its voxels are others' },
  )
  return picked === undefined ? undefined : vscode.Uri.joinPath(stem, '..', picked)
}
