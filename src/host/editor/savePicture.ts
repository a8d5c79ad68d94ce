import * as vscode from 'vscode'
import { stemOf } from '../../shared/scanNames.js'
import { writeWhole } from '../writeWhole.js'
import { baseName } from './scanDocument.js'

/** Asks where the picture of a plane goes, beside the scan at first, and writes it there. */
export async function savePicture(
  scan: vscode.Uri,
  { plane, png }: { readonly plane: string; readonly png: Uint8Array },
): Promise<void> {
  const file = await vscode.window.showSaveDialog({
    title: 'Save Picture of Plane',
    defaultUri: vscode.Uri.joinPath(scan, '..', `${stemOf(baseName(scan))}_${plane}.png`),
    filters: { Pictures: ['png'] },
  })
  if (file !== undefined) await writeWhole(file, png)
}
