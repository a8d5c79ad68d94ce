import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** All files below a folder with their bytes as text, hidden ones included, by path with slashes. */
export function readTree(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map((entry) => path.join(entry.parentPath, entry.name)).sort()
  return new Map(
    paths.map((file) => [path.relative(folder, file).split(path.sep).join('/'), readFileSync(file, 'latin1')]),
  )
}

/**
 * What must be the same however often a run of a dataset was interrupted: every file, byte for byte, but for
 * what says when and how fast it was made. That is the journals, and in `summary.csv` the column `seconds`.
 */
export function comparableTree(folder: string): Map<string, string> {
  const tree = readTree(folder)
  for (const name of tree.keys()) if (name.startsWith('.medlsam/journal/')) tree.delete(name)
  const csv = tree.get('summary.csv')
  // No field of the tests' scans holds a comma, quoted or not, behind the reason; three columns come after seconds.
  if (csv !== undefined) tree.set('summary.csv', csv.replaceAll(/,[\d.]*((?:,[^,\n]*){3})$/gm, ',SECONDS$1'))
  return tree
}
