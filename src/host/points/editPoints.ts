import type { ExtremeSide, PointMm } from '../../shared/geometry/points.js'
import type { MarkedStructure, Marks } from '../../shared/scanPoints.js'

/** A change of the marks: what the undo menu says, and the marks before and after. */
export interface MarksEdit {
  readonly label: string
  readonly before: Marks
  readonly after: Marks
}

/** Adds a structure without points. */
export function addStructure(marks: Marks, name: string, color: string): MarksEdit {
  return edit(`Add ${name}`, marks, [...marks.structures, { name, color, points: {} }])
}

/** Takes a structure away. */
export function removeStructure(marks: Marks, name: string): MarksEdit {
  return edit(
    `Remove ${name}`,
    marks,
    marks.structures.filter((structure) => structure.name !== name),
  )
}

/** Gives a structure another name. */
export function renameStructure(marks: Marks, from: string, to: string): MarksEdit {
  return edit(
    `Rename ${from}`,
    marks,
    replace(marks, from, (structure) => ({ ...structure, name: to })),
  )
}

/** Gives a structure another colour. */
export function recolorStructure(marks: Marks, name: string, color: string): MarksEdit {
  return edit(
    `Recolour ${name}`,
    marks,
    replace(marks, name, (structure) => ({ ...structure, color })),
  )
}

/** Places or moves a point. */
export function placePoint(marks: Marks, name: string, side: ExtremeSide, pointMm: PointMm): MarksEdit {
  const moved = marks.structures.some((structure) => structure.name === name && structure.points[side] !== undefined)
  return edit(
    `${moved ? 'Move' : 'Place'} the ${side} point of ${name}`,
    marks,
    replace(marks, name, (structure) => ({ ...structure, points: { ...structure.points, [side]: pointMm } })),
  )
}

/** Deletes a point. */
export function deletePoint(marks: Marks, name: string, side: ExtremeSide): MarksEdit {
  return edit(
    `Delete the ${side} point of ${name}`,
    marks,
    replace(marks, name, (structure) => ({
      ...structure,
      points: Object.fromEntries(Object.entries(structure.points).filter(([key]) => key !== side)),
    })),
  )
}

/** Takes over structures from elsewhere: those of the same name are replaced. */
export function mergeStructures(marks: Marks, label: string, structures: readonly MarkedStructure[]): MarksEdit {
  const kept = marks.structures.filter(({ name }) => !structures.some((structure) => structure.name === name))
  return edit(label, marks, [...kept, ...structures])
}

/** Why a name cannot be given to a structure, in one sentence, or null. */
export function nameProblem(marks: Marks, name: string): string | null {
  if (name.trim() === '') return 'Give the structure a name.'
  const taken = marks.structures.some((structure) => structure.name.toLowerCase() === name.trim().toLowerCase())
  return taken ? `${name.trim()} is marked already.` : null
}

function edit(label: string, before: Marks, structures: readonly MarkedStructure[]): MarksEdit {
  return { label, before, after: { structures } }
}

function replace(
  marks: Marks,
  name: string,
  change: (structure: MarkedStructure) => MarkedStructure,
): MarkedStructure[] {
  return marks.structures.map((structure) => (structure.name === name ? change(structure) : structure))
}
