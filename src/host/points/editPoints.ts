import type { ExtremeSide, PointMm } from '../../shared/geometry/points.js'
import type { StructurePoints, ScanPoints } from '../../shared/scanPoints.js'

/** A change of the points of a scan: what the undo menu says, and the points before and after. */
export interface PointsEdit {
  readonly label: string
  readonly before: ScanPoints
  readonly after: ScanPoints
}

/** Adds a structure without points. */
export function addStructure(all: ScanPoints, name: string, color: string): PointsEdit {
  return edit(`Add ${name}`, all, [...all.structures, { name, color, points: {} }])
}

/** Takes a structure away. */
export function removeStructure(all: ScanPoints, name: string): PointsEdit {
  return edit(
    `Remove ${name}`,
    all,
    all.structures.filter((structure) => structure.name !== name),
  )
}

/** Gives a structure another name. */
export function renameStructure(all: ScanPoints, from: string, to: string): PointsEdit {
  return edit(
    `Rename ${from}`,
    all,
    replace(all, from, (structure) => ({ ...structure, name: to })),
  )
}

/** Gives a structure another colour. */
export function recolorStructure(all: ScanPoints, name: string, color: string): PointsEdit {
  return edit(
    `Recolour ${name}`,
    all,
    replace(all, name, (structure) => ({ ...structure, color })),
  )
}

/** Places or moves a point. */
export function placePoint(all: ScanPoints, name: string, side: ExtremeSide, pointMm: PointMm): PointsEdit {
  const moved = all.structures.some((structure) => structure.name === name && structure.points[side] !== undefined)
  return edit(
    `${moved ? 'Move' : 'Place'} the ${side} point of ${name}`,
    all,
    replace(all, name, (structure) => ({ ...structure, points: { ...structure.points, [side]: pointMm } })),
  )
}

/** Deletes a point. */
export function deletePoint(all: ScanPoints, name: string, side: ExtremeSide): PointsEdit {
  return edit(
    `Delete the ${side} point of ${name}`,
    all,
    replace(all, name, (structure) => ({
      ...structure,
      points: Object.fromEntries(Object.entries(structure.points).filter(([key]) => key !== side)),
    })),
  )
}

/** Takes over structures from elsewhere: those of the same name are replaced. */
export function mergeStructures(all: ScanPoints, label: string, structures: readonly StructurePoints[]): PointsEdit {
  const kept = all.structures.filter(({ name }) => !structures.some((structure) => structure.name === name))
  return edit(label, all, [...kept, ...structures])
}

/** Why a name cannot be given to a structure, in one sentence, or null. */
export function nameProblem(all: ScanPoints, name: string): string | null {
  if (name.trim() === '') return 'Give the structure a name.'
  const taken = all.structures.some((structure) => structure.name.toLowerCase() === name.trim().toLowerCase())
  return taken ? `${name.trim()} is marked already.` : null
}

function edit(label: string, before: ScanPoints, structures: readonly StructurePoints[]): PointsEdit {
  return { label, before, after: { structures } }
}

function replace(
  all: ScanPoints,
  name: string,
  change: (structure: StructurePoints) => StructurePoints,
): StructurePoints[] {
  return all.structures.map((structure) => (structure.name === name ? change(structure) : structure))
}
