import type { ExtremeSide, PointMm } from '../../shared/geometry/points.js'
import type { StructurePoints, ScanPoints } from '../../shared/scanPoints.js'

/** A change of the marks: what the undo menu says, and the marks before and after. */
export interface PointsEdit {
  readonly label: string
  readonly before: ScanPoints
  readonly after: ScanPoints
}

/** Adds a structure without points. */
export function addStructure(marks: ScanPoints, name: string, color: string): PointsEdit {
  return edit(`Add ${name}`, marks, [...marks.structures, { name, color, points: {} }])
}

/** Takes a structure away. */
export function removeStructure(marks: ScanPoints, name: string): PointsEdit {
  return edit(
    `Remove ${name}`,
    marks,
    marks.structures.filter((structure) => structure.name !== name),
  )
}

/** Gives a structure another name. */
export function renameStructure(marks: ScanPoints, from: string, to: string): PointsEdit {
  return edit(
    `Rename ${from}`,
    marks,
    replace(marks, from, (structure) => ({ ...structure, name: to })),
  )
}

/** Gives a structure another colour. */
export function recolorStructure(marks: ScanPoints, name: string, color: string): PointsEdit {
  return edit(
    `Recolour ${name}`,
    marks,
    replace(marks, name, (structure) => ({ ...structure, color })),
  )
}

/** Places or moves a point. */
export function placePoint(marks: ScanPoints, name: string, side: ExtremeSide, pointMm: PointMm): PointsEdit {
  const moved = marks.structures.some((structure) => structure.name === name && structure.points[side] !== undefined)
  return edit(
    `${moved ? 'Move' : 'Place'} the ${side} point of ${name}`,
    marks,
    replace(marks, name, (structure) => ({ ...structure, points: { ...structure.points, [side]: pointMm } })),
  )
}

/** Deletes a point. */
export function deletePoint(marks: ScanPoints, name: string, side: ExtremeSide): PointsEdit {
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
export function mergeStructures(marks: ScanPoints, label: string, structures: readonly StructurePoints[]): PointsEdit {
  const kept = marks.structures.filter(({ name }) => !structures.some((structure) => structure.name === name))
  return edit(label, marks, [...kept, ...structures])
}

/** Why a name cannot be given to a structure, in one sentence, or null. */
export function nameProblem(marks: ScanPoints, name: string): string | null {
  if (name.trim() === '') return 'Give the structure a name.'
  const taken = marks.structures.some((structure) => structure.name.toLowerCase() === name.trim().toLowerCase())
  return taken ? `${name.trim()} is marked already.` : null
}

function edit(label: string, before: ScanPoints, structures: readonly StructurePoints[]): PointsEdit {
  return { label, before, after: { structures } }
}

function replace(
  marks: ScanPoints,
  name: string,
  change: (structure: StructurePoints) => StructurePoints,
): StructurePoints[] {
  return marks.structures.map((structure) => (structure.name === name ? change(structure) : structure))
}
