import * as vscode from 'vscode'
import { isLabelMapName } from '../../shared/labelMapNames.js'
import { isPairImage, opensInEditor } from '../../shared/scanNames.js'
import { filesBeside } from './labelMaps.js'
import { baseName } from './scanDocument.js'

/** The scan after or before this one in its folder, by name, from the last one on to the first; undefined where it is the only one. */
export async function neighbourScan(scan: vscode.Uri, step: 1 | -1): Promise<vscode.Uri | undefined> {
  const names = (await filesBeside(scan))
    .filter((name) => opensInEditor(name) && !isPairImage(name) && (!isLabelMapName(name) || name === baseName(scan)))
    .sort((a, b) => a.localeCompare(b, undefined, { numeric: true }))
  const at = names.indexOf(baseName(scan))
  const next = names[(at + step + names.length) % names.length]
  return names.length < 2 ? undefined : vscode.Uri.joinPath(scan, '..', next)
}
