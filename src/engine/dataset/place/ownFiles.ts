import path from 'node:path'
import { writeTextAtomic } from '../../../shared/node/wholeFiles.js'
import { sha256IfThere, sha256Of } from '../../../shared/node/hash.js'
import type { Journal } from '../state/journal.js'
import { removeTemporaries } from './partialFiles.js'

/** Whether a file of the results' folder may be written: there is none, or a run wrote it and it was not changed since. */
export async function isOursToWrite(
  outFolder: string,
  name: string,
  journal: Pick<Journal, 'written'>,
): Promise<boolean> {
  const hash = await sha256IfThere(path.join(outFolder, name))
  return hash === null || journal.written(name).has(hash)
}

/**
 * Writes files that belong to a run and to no scan, each as a whole, and notes first what they will be. The caller
 * has made sure that they are ours to write and holds the claim on the dataset.
 * @param files texts by their names in the results' folder
 */
export async function writeOwnFiles(
  outFolder: string,
  files: ReadonlyMap<string, string>,
  journal: Journal,
): Promise<void> {
  const outputs = [...files].map(([name, text]) => ({ path: name, sha256: sha256Of(text) }))
  const unknown = outputs.filter((file) => !journal.written(file.path).has(file.sha256))
  if (unknown.length > 0) await journal.append({ kind: 'files', at: new Date().toISOString(), outputs: unknown })
  for (const [name, text] of files) {
    await removeTemporaries(path.join(outFolder, name))
    await writeTextAtomic(path.join(outFolder, name), text)
  }
}
