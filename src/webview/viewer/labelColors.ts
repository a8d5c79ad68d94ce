import type { ListedStructure } from '../../protocol/scanEditor.js'
import { PALETTE } from '../../shared/palette.js'

const COLORS = Object.values(PALETTE)

/** A colour for a label that no sidecar or table names. */
export function paletteColor(labelValue: number): string {
  return COLORS[(labelValue - 1 + COLORS.length) % COLORS.length]
}

/** A table from label value to colour, in the shape that NiiVue takes. */
export interface LabelTable {
  readonly R: number[]
  readonly G: number[]
  readonly B: number[]
  readonly A: number[]
  readonly I: number[]
  readonly labels: string[]
}

/** Colour table of a label map: hidden structures and the background are transparent. */
export function labelTable(
  structures: readonly Pick<ListedStructure, 'labelValue' | 'color' | 'name'>[],
  hidden: readonly number[],
): LabelTable {
  const table: LabelTable = { R: [0], G: [0], B: [0], A: [0], I: [0], labels: [''] }
  for (const { labelValue, color, name } of structures) {
    const rgb = parseInt(color.slice(1), 16)
    table.R.push(rgb >> 16)
    table.G.push((rgb >> 8) & 255)
    table.B.push(rgb & 255)
    table.A.push(hidden.includes(labelValue) ? 0 : 255)
    table.I.push(labelValue)
    table.labels.push(name)
  }
  // NiiVue ignores a table of fewer than two labels; one beyond the last is never drawn.
  if (table.I.length < 3) {
    table.R.push(0)
    table.G.push(0)
    table.B.push(0)
    table.A.push(0)
    table.I.push(Math.max(...table.I) + 1)
    table.labels.push('')
  }
  return table
}
