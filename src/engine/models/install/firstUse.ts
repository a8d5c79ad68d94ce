import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { makeFolders } from '../../../shared/node/makeFolders.js'
import { writeTextAtomic } from '../../../shared/node/wholeFiles.js'

const recordSchema = z.record(z.string(), z.string())

/**
 * SHA-256 that came first from an address for which none is published. Kept when the model is removed, so that a
 * later download must bring the same bytes.
 */
export async function firstUseHash(modelsFolder: string, url: string): Promise<string | null> {
  return (await readRecord(modelsFolder))[url] ?? null
}

/** Remembers what came first; a hash that is already known stays. */
export async function rememberFirstUse(modelsFolder: string, url: string, sha256: string): Promise<void> {
  const record = await readRecord(modelsFolder)
  if (url in record) return
  await makeFolders(modelsFolder)
  await writeTextAtomic(recordPath(modelsFolder), `${JSON.stringify({ ...record, [url]: sha256 }, null, 2)}\n`)
}

function recordPath(modelsFolder: string): string {
  return path.join(modelsFolder, 'first-use.json')
}

async function readRecord(modelsFolder: string): Promise<Readonly<Record<string, string>>> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(recordPath(modelsFolder), 'utf8')))
  } catch {
    // Not there yet, or corrupt: both mean that nothing is remembered.
    return {}
  }
}
