import type { ListedStructure } from '../../protocol/scanEditor.js'
import { defined } from '../../shared/defined.js'
import { FOUND, type EditedStructure } from '../../shared/labelEdit/editedStructure.js'
import { fileStamp } from '../../shared/node/wholeFiles.js'
import type { LabelMapEdits } from '../labels/labelMapEdits.js'
import type { LabelsChange } from '../labels/scanLabels.js'
import { describeLabelMap } from './labelMaps.js'
import { baseName, type ScanDocument } from './scanDocument.js'
import { fileSource, type ScanPanel } from './scanPanel.js'

/** A panel has drawn a label map as its file has it: it is told what was edited since, and from now on what is. */
export async function followLabels(panel: ScanPanel, document: ScanDocument, name: string | null): Promise<void> {
  panel.drawn = null
  if (name === null) return
  const labelMap = await openLabels(document, name)
  panel.drawn = name
  const { runs, structures, drawnSlices } = labelMap
  panel.send({ type: 'labelEdits', labelMap: name, runs, structures, drawnSlices })
}

/** A label map beside the scan as it is edited; opened where it is not yet. */
export async function openLabels(document: ScanDocument, name: string): Promise<LabelMapEdits> {
  const edited = document.labels.of(name)
  return edited?.isNew === true ? edited : document.labels.open(await openedBase(document, name))
}

/** Tells panels what changed in the labels that they have drawn. */
export function tellLabelsChange(
  panels: Iterable<ScanPanel>,
  { labelMap, runs, madeIn, activate }: LabelsChange,
): void {
  const { name, structures, drawnSlices } = labelMap
  for (const panel of panels) {
    if (panel.drawn !== name) continue
    const unseen = panel === madeIn ? [] : runs
    const message = { type: 'labelEdits', labelMap: name, runs: unseen, structures, drawnSlices } as const
    panel.send({ ...message, ...defined({ activate }) })
  }
}

/** Spares panels reading a label map again that was written as they have drawn it. */
export async function tellLabelsSaved(
  panels: Iterable<ScanPanel>,
  document: ScanDocument,
  name: string,
): Promise<void> {
  for (const panel of panels) {
    if (panel.drawn !== name) continue
    const file = await fileSource(panel, document.fileBeside(name))
    panel.send({ type: 'labelMapSaved', labelMap: name, file })
  }
}

async function openedBase(
  document: ScanDocument,
  name: string,
): Promise<{ readonly name: string; readonly stamp: string; readonly structures: readonly EditedStructure[] }> {
  const labelMap = document.fileBeside(name)
  const stamp = await fileStamp(labelMap.fsPath)
  const { structures } = await describeLabelMap(labelMap)
  return { name: baseName(labelMap), stamp, structures: structures.map(editedStructure) }
}

function editedStructure({ name, labelValue, color, origin }: ListedStructure): EditedStructure {
  return { name, labelValue, color, isLocked: false, origin: origin ?? FOUND }
}
