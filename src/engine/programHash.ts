import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * SHA-256 of the program that runs: of its bundle, or of all sources of the engine when it runs from them. What
 * was computed by another program is not taken for what this one would compute.
 */
export function programHash(): string {
  const here = fileURLToPath(import.meta.url)
  const hash = createHash('sha256')
  if (!here.endsWith('.ts')) return hash.update(readFileSync(here)).digest('hex')
  const folder = path.resolve(path.dirname(here), '..')
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()) {
    hash.update(file).update(readFileSync(path.join(folder, file)))
  }
  return hash.digest('hex')
}
