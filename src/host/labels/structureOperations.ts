import type { EditTool } from '../../shared/labelEdit/editedStructure.js'
import type { PointMm } from '../../shared/geometry/points.js'
import type { MaskOperation } from '../../shared/maskOperation.js'

/** What can be done to a structure as a whole. Every entry is also a command of the extension, `medlsam.structure.<name>`. */
export const STRUCTURE_OPERATIONS = [
  'fillBetween',
  'fillBetweenEdited',
  'fillHoles',
  'fillCavities',
  'keepLargest',
  'removeIslands',
  'grow',
  'shrink',
  'smooth',
  'copySliceUp',
  'copySliceDown',
] as const

/** One of {@link STRUCTURE_OPERATIONS}. */
export type StructureOperation = (typeof STRUCTURE_OPERATIONS)[number]

/** A number that the user is asked for. */
export interface AskedNumber {
  readonly title: string
  readonly unit: 'mm' | 'ml'
  readonly first: number
  readonly largest: number
}

/** What the user is asked for before an operation; null for nothing. */
export function askedNumber(name: StructureOperation): AskedNumber | null {
  switch (name) {
    case 'removeIslands':
      return { title: 'Remove pieces smaller than', unit: 'ml', first: 0.5, largest: 10_000 }
    case 'grow':
      return { title: 'Grow by', unit: 'mm', first: 2, largest: 50 }
    case 'shrink':
      return { title: 'Shrink by', unit: 'mm', first: 2, largest: 50 }
    case 'smooth':
      return { title: 'Smooth details smaller than', unit: 'mm', first: 2, largest: 20 }
    case 'fillBetween':
    case 'fillBetweenEdited':
    case 'fillHoles':
    case 'fillCavities':
    case 'keepLargest':
    case 'copySliceUp':
    case 'copySliceDown':
      return null
  }
}

/** Why a number that was typed cannot be taken, in one sentence; null where it can. A comma may stand for the point. */
export function numberProblem(typed: string, { unit, largest }: AskedNumber): string | null {
  const value = numberOf(typed)
  if (!Number.isFinite(value) || value <= 0) return `Write a number of ${unit} above 0, such as 2.5.`
  return value > largest ? `At most ${largest} ${unit}.` : null
}

/** The number in what was typed; NaN for none. */
export function numberOf(typed: string): number {
  const text = typed.trim().replace(',', '.')
  return text === '' ? NaN : Number(text)
}

/** An operation with its numbers, and what the document calls it. */
export function operationOf(
  name: StructureOperation,
  amount: number,
  crosshairMm: PointMm,
): { readonly operation: MaskOperation; readonly tool: EditTool } {
  switch (name) {
    case 'fillBetween':
      return { operation: { kind: 'fillBetween', from: 'all' }, tool: 'fill between slices' }
    case 'fillBetweenEdited':
      return { operation: { kind: 'fillBetween', from: 'edited' }, tool: 'fill between slices' }
    case 'fillHoles':
      return { operation: { kind: 'fillHoles', within: 'slice' }, tool: 'fill holes' }
    case 'fillCavities':
      return { operation: { kind: 'fillHoles', within: 'volume' }, tool: 'fill holes' }
    case 'keepLargest':
      return { operation: { kind: 'keepLargest' }, tool: 'keep largest' }
    case 'removeIslands':
      return { operation: { kind: 'removeIslands', belowMl: amount }, tool: 'remove islands' }
    case 'grow':
      return { operation: { kind: 'grow', byMm: amount }, tool: 'grow' }
    case 'shrink':
      return { operation: { kind: 'shrink', byMm: amount }, tool: 'shrink' }
    case 'smooth':
      return { operation: { kind: 'smooth', byMm: amount }, tool: 'smooth' }
    case 'copySliceUp':
      return { operation: { kind: 'copySlice', atMm: crosshairMm, toward: 'superior' }, tool: 'copy to next slice' }
    case 'copySliceDown':
      return { operation: { kind: 'copySlice', atMm: crosshairMm, toward: 'inferior' }, tool: 'copy to next slice' }
  }
}
