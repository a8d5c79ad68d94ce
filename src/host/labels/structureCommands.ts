import * as vscode from 'vscode'
import type { StructuresRequest } from '../../protocol/scanEditor.js'
import { colorFor } from '../../shared/palette.js'
import { DRAWN, FOUND, freeLabelValue, type EditedStructure } from '../../shared/labelEdit/editedStructure.js'
import type { LabelEdit } from '../../shared/labelEdit/labelEdit.js'
import { RUN_LENGTH, type VoxelRuns } from '../../shared/labelEdit/voxelRuns.js'
import { askColor, askStructureName } from '../askStructure.js'
import type { ScanLabels } from './scanLabels.js'

/** Does what the list asks of the structures of a label map, asking the user for names and colours where needed. */
export async function handleStructuresRequest(
  labels: ScanLabels,
  labelMap: string,
  request: StructuresRequest,
): Promise<void> {
  const structures = (): readonly EditedStructure[] => labels.of(labelMap)?.structures ?? []
  if (request.kind === 'add') {
    const name = await askStructureName((typed) => nameProblem(structures(), typed))
    if (name === undefined) return
    const added = newStructure(structures(), name)
    labels.edit(labelMap, structuresEdit(`Add ${name}`, structures(), [...structures(), added]), {
      activate: added.labelValue,
    })
    return
  }
  const { labelValue } = request
  const structure = structures().find((one) => one.labelValue === labelValue) ?? unnamed(structures(), labelValue)
  switch (request.kind) {
    case 'rename': {
      const name = await askNewName(structure.name, structures())
      if (name !== undefined && name !== structure.name)
        labels.edit(labelMap, changed(`Rename ${structure.name}`, structures(), { ...structure, name }))
      return
    }
    case 'recolor': {
      const color = await askColor(structure.name)
      if (color !== undefined)
        labels.edit(labelMap, changed(`Recolour ${structure.name}`, structures(), { ...structure, color }))
      return
    }
    case 'lock': {
      const { isLocked } = request
      const label = `${isLocked ? 'Lock' : 'Unlock'} ${structure.name}`
      labels.edit(labelMap, changed(label, structures(), { ...structure, isLocked }))
      return
    }
    case 'delete':
      labels.edit(labelMap, taken(`Delete ${structure.name}`, structures(), structure, request.runs, 'delete'))
      return
    case 'merge': {
      const into = await askInto(structure, structures())
      if (into === undefined) return
      const runs = withAfter(request.runs, into.labelValue)
      const label = `Merge ${structure.name} into ${into.name}`
      labels.edit(labelMap, taken(label, structures(), structure, runs, 'merge'), { activate: into.labelValue })
      return
    }
  }
}

/** A structure to draw, with the next free label value. */
function newStructure(structures: readonly EditedStructure[], name: string): EditedStructure {
  const labelValue = freeLabelValue(structures.map((one) => one.labelValue))
  const colors = structures.map(({ color }) => color)
  return { name, labelValue, color: colorFor(name, colors), isLocked: false, origin: DRAWN }
}

/** A structure of the file that nothing names. */
export function unnamed(structures: readonly EditedStructure[], labelValue: number): EditedStructure {
  const name = `Label ${labelValue}`
  const colors = structures.map(({ color }) => color)
  return { name, labelValue, color: colorFor(name, colors), isLocked: false, origin: FOUND }
}

function structuresEdit(
  label: string,
  before: readonly EditedStructure[],
  after: readonly EditedStructure[],
): LabelEdit {
  return { kind: 'structures', label, before, after }
}

function changed(label: string, before: readonly EditedStructure[], structure: EditedStructure): LabelEdit {
  const isListed = before.some(({ labelValue }) => labelValue === structure.labelValue)
  const after = isListed
    ? before.map((one) => (one.labelValue === structure.labelValue ? structure : one))
    : [...before, structure].sort((a, b) => a.labelValue - b.labelValue)
  return structuresEdit(label, before, after)
}

/** Takes a structure away, with its voxels. */
function taken(
  label: string,
  before: readonly EditedStructure[],
  { name, labelValue }: EditedStructure,
  runs: VoxelRuns,
  tool: 'delete' | 'merge',
): LabelEdit {
  const after = before.filter((one) => one.labelValue !== labelValue)
  // Structures come first, so that voxels are counted in those that stay.
  const edits: LabelEdit[] = [structuresEdit(label, before, after), { kind: 'voxels', runs, structure: name, tool }]
  return { kind: 'combination', label, edits }
}

function withAfter(runs: VoxelRuns, labelValue: number): VoxelRuns {
  return runs.map((number, at) => (at % RUN_LENGTH === 3 ? labelValue : number))
}

async function askNewName(name: string, structures: readonly EditedStructure[]): Promise<string | undefined> {
  const typed = await vscode.window.showInputBox({
    title: `Rename ${name}`,
    value: name,
    validateInput: (value) => (value.trim() === name ? undefined : nameProblem(structures, value)),
  })
  return typed?.trim()
}

async function askInto(
  structure: EditedStructure,
  structures: readonly EditedStructure[],
): Promise<EditedStructure | undefined> {
  const others = structures.filter(({ labelValue }) => labelValue !== structure.labelValue)
  const items = others.map((one) => ({ label: one.name, one }))
  return (await vscode.window.showQuickPick(items, { title: `Merge ${structure.name} into` }))?.one
}

/** Why a name cannot be given to a structure, in one sentence, or null. */
function nameProblem(structures: readonly EditedStructure[], name: string): string | null {
  const typed = name.trim()
  if (typed === '') return 'Give the structure a name.'
  const isTaken = structures.some((one) => one.name.toLowerCase() === typed.toLowerCase())
  return isTaken ? `The label map has a ${typed} already.` : null
}
