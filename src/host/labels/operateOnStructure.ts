import * as vscode from 'vscode'
import type { OperateAnswer } from '../../protocol/editedLabels.js'
import { operateMethod } from '../../protocol/rpc.js'
import type { EditedStructure, EditTool } from '../../shared/labelEdit/editedStructure.js'
import { changedVoxels, type VoxelRuns } from '../../shared/labelEdit/voxelRuns.js'
import { packRuns, unpackRuns } from '../../shared/node/packedRuns.js'
import { openLabels } from '../editor/labelPanels.js'
import type { ScanSession } from '../editor/scanSession.js'
import type { EngineClient } from '../engine/engineClient.js'
import type { LabelMapEdits } from './labelMapEdits.js'
import { unnamed } from './structureCommands.js'
import { askedNumber, numberOf, numberProblem, operationOf, type StructureOperation } from './structureOperations.js'

/** Does an operation on a structure of the label map on display: as one edit, which can be undone. */
export async function operateOnStructure(
  engine: EngineClient,
  session: ScanSession,
  name: StructureOperation,
  asked: number | undefined,
): Promise<void> {
  const { document, shared } = session
  if (shared.shown === null) {
    void vscode.window.showInformationMessage('Show or draw a label map first.')
    return
  }
  const labelMap = await openLabels(document, shared.shown)
  const structure = await chooseStructure(labelMap, asked)
  if (structure === undefined) return
  if (structure.isLocked) {
    void vscode.window.showWarningMessage(
      `${structure.name} is locked. Unlock it in the list of structures to change it.`,
    )
    return
  }
  const amount = await askAmount(name, structure)
  if (amount === undefined) return
  const { operation, tool } = operationOf(name, amount, session.crosshairMm ?? [0, 0, 0])
  const edits = labelMap.runs.length
  const goesByEdits = operation.kind === 'fillBetween' && operation.from === 'edited'
  const answer = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: `${tool}: ${structure.name}` },
    () =>
      labelMap.tell(document.paths(), (labels) =>
        engine.ask(operateMethod, {
          labels,
          labelValue: structure.labelValue,
          operation,
          lockedValues: labelMap.structures.filter(({ isLocked }) => isLocked).map(({ labelValue }) => labelValue),
          edited: goesByEdits ? labelMap.runs.map(packRuns) : [],
        }),
      ),
  )
  if (labelMap.runs.length === edits) applyAnswer(session, labelMap, { structure, tool }, answer)
  else sayEditedMeanwhile()
}

function applyAnswer(
  { document }: ScanSession,
  labelMap: LabelMapEdits,
  { structure, tool }: { readonly structure: EditedStructure; readonly tool: EditTool },
  answer: OperateAnswer,
): void {
  const [runs, fromOthers] = [unpackRuns(answer.runs), unpackRuns(answer.fromOthers)]
  if (runs === null || fromOthers === null) return
  const edit = (changed: VoxelRuns): void => {
    document.labels.edit(labelMap.name, { kind: 'voxels', runs: changed, structure: structure.name, tool })
  }
  if (runs.length > 0) edit(runs)
  // Not awaited: the message stays until the user does something about it.
  if (fromOthers.length > 0) void offerOthers(structure.name, labelMap, fromOthers, edit)
  else if (runs.length === 0) void vscode.window.showInformationMessage(`Nothing to change in ${structure.name}.`)
}

/** Other structures keep their voxels unless the user wants them taken. */
async function offerOthers(
  structure: string,
  labelMap: LabelMapEdits,
  fromOthers: VoxelRuns,
  edit: (runs: VoxelRuns) => void,
): Promise<void> {
  const edits = labelMap.runs.length
  const voxels = changedVoxels(fromOthers).toLocaleString('en')
  const take = 'Take Them Too'
  const picked = await vscode.window.showInformationMessage(
    `${structure} left ${voxels} voxels to other structures.`,
    take,
  )
  if (picked !== take) return
  if (labelMap.runs.length === edits) edit(fromOthers)
  else sayEditedMeanwhile()
}

/** An answer is about the labels as they were sent. */
function sayEditedMeanwhile(): void {
  void vscode.window.showWarningMessage('The labels were edited meanwhile, so nothing was changed: do it again.')
}

async function chooseStructure(
  { structures }: LabelMapEdits,
  asked: number | undefined,
): Promise<EditedStructure | undefined> {
  if (asked !== undefined)
    return structures.find(({ labelValue }) => labelValue === asked) ?? unnamed(structures, asked)
  const items = structures.map((one) => ({ label: one.name, description: one.isLocked ? 'locked' : '', one }))
  return (await vscode.window.showQuickPick(items, { title: 'Which structure?', ignoreFocusOut: true }))?.one
}

/** 0 where there is nothing to ask; undefined where the user thinks better of it. */
async function askAmount(name: StructureOperation, structure: EditedStructure): Promise<number | undefined> {
  const asked = askedNumber(name)
  if (asked === null) return 0
  const typed = await vscode.window.showInputBox({
    title: `${structure.name}: ${asked.title} (${asked.unit})`,
    value: String(asked.first),
    // Looking at the planes is part of answering.
    ignoreFocusOut: true,
    validateInput: (value) => numberProblem(value, asked),
  })
  return typed === undefined ? undefined : numberOf(typed)
}
