import * as vscode from 'vscode'
import { freeLabelMapName, isLabelMapName, labelMapNameOf } from '../../shared/labelMapNames.js'
import { stemOf } from '../../shared/scanNames.js'
import { askWithBack } from '../askWithBack.js'
import { filesBeside, readSidecar, rivalFolders } from '../editor/labelMaps.js'
import { baseName } from '../editor/scanDocument.js'
import { updateText } from './runWords.js'

/** Where a run writes, and what becomes of what is there. */
export interface OutputChoice {
  readonly output: vscode.Uri
  /** Whether what is there may be replaced, whoever made it. */
  readonly force: boolean
  /** Whether the structures are put into the label map that is there, which keeps its others. */
  readonly update: boolean
}

/**
 * Where a run writes; asks when a label map is there already.
 * @param shown the label map on display, which is the one to update where it is one of ours
 * @returns `back` for the step before; undefined when the user thinks better of it
 */
export async function chooseOutput(
  scan: vscode.Uri,
  structures: readonly string[] | null,
  shown: string | null,
): Promise<OutputChoice | 'back' | undefined> {
  const first = beside(scan, labelMapNameOf(baseName(scan)))
  if (!(await exists(first))) return { output: first, force: false, update: false }
  const next = await nextFree(scan)
  const updatable = await firstOfRuns([...(shown === null ? [] : [beside(scan, shown)]), first])
  const choices = [
    {
      label: 'Keep both',
      description: baseName(next),
      choose: () => Promise.resolve({ output: next, force: false, update: false }),
    },
    ...(updatable === null
      ? []
      : [
          {
            label: 'Update',
            description: `${baseName(updatable.labelMap)}: ${updateText(structures, updatable.names)}`,
            choose: () => Promise.resolve({ output: updatable.labelMap, force: false, update: true }),
          },
        ]),
    {
      label: 'Overwrite',
      description: baseName(first),
      choose: () => Promise.resolve({ output: first, force: true, update: false }),
    },
    {
      label: 'Another name…',
      description: 'a NIfTI file beside the scan',
      choose: async () => {
        const output = await askName(scan)
        return output && { output, force: false, update: false }
      },
    },
  ]
  const picked = await askWithBack({
    title: `${baseName(first)} is there already`,
    placeholder: 'Where the result goes',
    items: choices,
    hasBack: true,
  })
  return picked === undefined || picked === 'back' ? picked : picked[0].choose()
}

/** The first of these label maps that a run made, with the names of its structures; null for none. */
async function firstOfRuns(
  labelMaps: readonly vscode.Uri[],
): Promise<{ readonly labelMap: vscode.Uri; readonly names: readonly string[] } | null> {
  for (const labelMap of labelMaps) {
    const sidecar = await readSidecar(labelMap)
    if (sidecar !== null) return { labelMap, names: sidecar.structures.map(({ name }) => name) }
  }
  return null
}

/** The first output name that is free, numbered from the second on: `ct_2_dseg` is not where `ct_2` is another scan. */
async function nextFree(scan: vscode.Uri): Promise<vscode.Uri> {
  return beside(scan, freeLabelMapName(baseName(scan), await filesBeside(scan), await rivalFolders(scan)))
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
