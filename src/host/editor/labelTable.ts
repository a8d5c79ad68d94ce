import type { Structure } from '../../shared/structure.js'
import { colorFor } from '../points/organNames.js'

/** Reads a BIDS `_dseg.tsv`: columns index, name and perhaps color, in any order. Rows that make no sense are left out. */
export function parseLabelTable(text: string): Structure[] {
  const [head, ...rows] = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => line.split('\t').map((cell) => cell.trim()))
  const columns = (head as string[] | undefined) ?? []
  const [index, name, color] = [columns.indexOf('index'), columns.indexOf('name'), columns.indexOf('color')]
  if (index < 0 || name < 0) return []
  const structures: Structure[] = []
  for (const row of rows) {
    const labelValue = Number(row[index])
    if (!Number.isInteger(labelValue) || labelValue < 1 || labelValue > 65535 || !row[name]) continue
    const given = color < 0 ? '' : (row[color] ?? '')
    structures.push({
      name: row[name],
      labelValue,
      color: /^#[0-9a-f]{6}$/i.test(given)
        ? given
        : colorFor(
            row[name],
            structures.map((structure) => structure.color),
          ),
    })
  }
  return structures
}
