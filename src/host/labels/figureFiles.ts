import * as vscode from 'vscode'
import { toCsv, type Table } from '../../shared/figureTable.js'
import { stemOf } from '../../shared/scanNames.js'
import { writeWhole } from '../writeWhole.js'

/** Puts a table on the clipboard, with tabs between its columns, as spreadsheets take it. */
export async function copyTable({ columns, rows }: Table): Promise<void> {
  const lines = [columns, ...rows.map((row) => row.map(({ text }) => text))]
  await vscode.env.clipboard.writeText(lines.map((cells) => cells.join('\t')).join('\n'))
  void vscode.window.setStatusBarMessage(`Copied ${rows.length} rows.`, 5000)
}

/** Asks where a table goes as CSV, beside the label map at first, and writes it there. */
export async function saveTable(table: Table, labelMap: vscode.Uri, what: string): Promise<void> {
  const name = labelMap.path.slice(labelMap.path.lastIndexOf('/') + 1)
  const file = await vscode.window.showSaveDialog({
    title: `Save ${what}`,
    defaultUri: vscode.Uri.joinPath(labelMap, '..', `${stemOf(name)}_${what.toLowerCase()}.csv`),
    filters: { CSV: ['csv'] },
  })
  if (file !== undefined) await writeWhole(file, new TextEncoder().encode(toCsv(table)))
}
