import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { sha256Of } from './hash.js'
import { keepForeign } from './keepForeign.js'
import { makeFolders } from './makeFolders.js'
import { writeTextAtomic } from './wholeFiles.js'

/** Says which files of a folder are ours: SHA-256 as written, the last two of each, since a stop may come between. */
const RECORD = '.medlsam-files.json'
const recordSchema = z.object({ files: z.record(z.string(), z.array(z.string())) })

/**
 * Refuses a folder for results in which files of these names are not ours, or were changed since.
 * @throws MedlsamError `output`, with the remedy `force`
 */
export async function keepForeignIn(
  folder: string,
  names: readonly string[],
  force: boolean | undefined,
): Promise<void> {
  const known = await readRecord(folder)
  await keepForeign(
    names.map((name) => ({
      file: path.join(folder, name),
      isOurs: (present) => known[name]?.includes(sha256Of(present)) ?? false,
    })),
    force,
  )
}

/**
 * Writes texts into a folder, by their names, each as a whole, and remembers that they are ours.
 * @throws MedlsamError `output` when one cannot be written, or is not ours to replace
 */
export async function writeOwnFolder(
  folder: string,
  files: ReadonlyMap<string, string>,
  force: boolean | undefined,
): Promise<void> {
  await makeFolders(folder)
  await keepForeignIn(folder, [...files.keys()], force)
  const known = await readRecord(folder)
  for (const [name, text] of files) known[name] = [...(known[name] ?? []).slice(-1), sha256Of(text)]
  await writeTextAtomic(path.join(folder, RECORD), `${JSON.stringify({ files: known }, null, 2)}\n`)
  for (const [name, text] of files) await writeTextAtomic(path.join(folder, name), text)
}

async function readRecord(folder: string): Promise<Partial<Record<string, string[]>>> {
  const text = await readFile(path.join(folder, RECORD), 'utf8').catch(() => null)
  try {
    return recordSchema.parse(JSON.parse(text ?? '')).files
  } catch {
    // Without a record nothing in the folder is known to be ours.
    return {}
  }
}
