import { colored } from './palette.js'
import { colorSchema, structureSchema, type Structure } from './structure.js'

const COLUMNS = 'index\tname\tcolor'

/**
 * The names of a label map's values as a BIDS `_dseg.tsv`: index, name, color, one structure a line.
 * Tabs and line breaks in names become spaces, since the format has no quoting.
 */
export function formatLabelTable(structures: readonly Pick<Structure, 'name' | 'labelValue' | 'color'>[]): string {
  const rows = structures.map(
    ({ labelValue, name, color }) => `${labelValue}\t${name.replaceAll(/[\t\r\n]+/g, ' ')}\t${color}`,
  )
  return [COLUMNS, ...rows, ''].join('\n')
}

/** Whether a table has the columns that {@link formatLabelTable} writes and no others, so that nothing is lost with it. */
export function isOwnLabelTable(text: string): boolean {
  return text.split(/\r?\n/, 1)[0] === COLUMNS
}

/**
 * Reads a BIDS `_dseg.tsv`: columns index, name and perhaps color, in any order. Rows that make no sense, such as the
 * background's, are left out; structures without a colour get one of the palette. Null without the columns it needs.
 */
export function parseLabelTable(text: string): readonly Structure[] | null {
  const [columns = [], ...rows] = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => line.split('\t').map((cell) => cell.trim()))
  const [index, name, color] = ['index', 'name', 'color'].map((column) => columns.indexOf(column))
  if (index < 0 || name < 0) return null
  const structures = rows.flatMap((row) => {
    const given = colorSchema.safeParse(row[color])
    const named = { name: row[name] ?? '', labelValue: Number(row[index]), color: given.data }
    return structureSchema.safeParse({ ...named, color: '#000000' }).success ? [named] : []
  })
  return colored(structures)
}
