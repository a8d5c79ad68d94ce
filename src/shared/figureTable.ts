import { stringify } from 'csv-stringify/sync'
import { csvText } from './csvText.js'

/** One cell: what users read, what it is sorted by, and whether it is the best of its row or column. */
export interface Cell {
  readonly text: string
  readonly value?: number
  /** Standard deviation, where the value is a mean. */
  readonly std?: number
  readonly best?: boolean
}

/** A table of figures. The first column names the row; the last `footRows` rows sum the others up. */
export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  readonly footRows?: number
  /** Said below it. */
  readonly note?: string
}

/** A cell of words. */
export function words(text: string): Cell {
  return { text }
}

/** The table as CSV, numbers as they are and not rounded; a column of `mean ± std` becomes two. */
export function toCsv({ columns, rows }: Table): string {
  const withStd = columns.map((_, i) => rows.some((row) => row[i].std !== undefined))
  const table = [
    columns.flatMap((column, i) => (withStd[i] ? [`${column} mean`, `${column} std`] : [column])),
    ...rows.map((row) =>
      row.flatMap(({ text, value, std }, i) => (withStd[i] ? [value ?? text, std ?? ''] : [value ?? text])),
    ),
  ]
  return stringify(table, { cast: { string: (value) => csvText(value) } })
}
