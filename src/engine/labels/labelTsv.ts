import type { Structure } from '../../shared/structure.js'

/**
 * The names of a label map's values as a BIDS `_dseg.tsv`: index, name, color, one structure a line.
 * Tabs and line breaks in names become spaces, since the format has no quoting.
 */
export function labelTsv(structures: readonly Pick<Structure, 'name' | 'labelValue' | 'color'>[]): string {
  const rows = structures.map(
    ({ labelValue, name, color }) => `${labelValue}\t${name.replaceAll(/[\t\r\n]+/g, ' ')}\t${color}`,
  )
  return ['index\tname\tcolor', ...rows, ''].join('\n')
}
