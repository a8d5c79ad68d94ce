import * as vscode from 'vscode'
import { freeLabelMapName, isLabelMapName, labelMapNameOf } from '../../shared/labelMapNames.js'
import { stemOf } from '../../shared/scanNames.js'
import { filesBeside } from '../editor/labelMaps.js'
import { baseName } from '../editor/scanDocument.js'

/** Where a run writes; asks once when a label map is there already. Undefined when the user thinks better of it. */
export async function chooseOutput(scan: vscode.Uri): Promise<vscode.Uri | undefined> {
  const first = beside(scan, labelMapNameOf(baseName(scan)))
  if (!(await exists(first))) return first
  const next = await nextFree(scan)
  const overwrite = { label: 'Overwrite', description: baseName(first), choice: 'overwrite' as const }
  const number = { label: 'Keep both', description: baseName(next), choice: 'number' as const }
  const name = { label: 'Another name…', description: 'a NIfTI file beside the scan', choice: 'name' as const }
  const picked = await vscode.window.showQuickPick([overwrite, number, name], {
    title: `${baseName(first)} is there already`,
    ignoreFocusOut: true,
  })
  switch (picked?.choice) {
    case undefined:
      return undefined
    case 'overwrite':
      return first
    case 'number':
      return next
    case 'name':
      return askName(scan)
  }
}

/** The first output name that is free, numbered from the second on: `ct_2_dseg` is not where `ct_2` is another scan. */
async function nextFree(scan: vscode.Uri): Promise<vscode.Uri> {
  return beside(scan, freeLabelMapName(baseName(scan), await filesBeside(scan)))
}

async function askName(scan: vscode.Uri): Promise<vscode.Uri | undefined> {
  const name = await vscode.window.showInputBox({
    title: 'Name of the label map',
    value: `${stemOf(baseName(scan))}_mine_dseg.nii.gz`,
    validateInput: async (value) => {
      if (!/^[^/\\:*?"<>|]+\.nii(\.gz)?$/i.test(value)) return 'A file name that ends in .nii.gz or .nii.'
      if (!isLabelMapName(value)) return 'Let it end in _dseg.nii.gz, so that nobody takes it for a scan.'
      return (await exists(beside(scan, value))) ? 'This file is there already.' : undefined
    },
  })
  return name === undefined ? undefined : beside(scan, name)
}

function beside(scan: vscode.Uri, name: string): vscode.Uri {
  return vscode.Uri.joinPath(scan, '..', name)
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  )
}
