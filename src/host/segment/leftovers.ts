import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { describingNames } from '../editor/scanNames.js'

/**
 * Removes what an engine that was killed while writing left of a result: temporary files, and a new
 * label map without its sidecar, which is written last.
 */
export async function removeLeftovers(labelMapPath: string, wasThere: boolean): Promise<string[]> {
  const folder = path.dirname(labelMapPath)
  const labelMap = path.basename(labelMapPath)
  const { sidecar, tables } = describingNames(labelMap)
  const names = await readdir(folder)
  const unfinished = names.filter((name) => [labelMap, sidecar, ...tables].some((target) => isTemporaryOf(name, target)))
  const halfWritten = wasThere || names.includes(sidecar) ? [] : names.filter((name) => name === labelMap || tables.includes(name))
  const leftovers = [...unfinished, ...halfWritten]
  for (const name of leftovers) await rm(path.join(folder, name), { force: true })
  return leftovers
}

function isTemporaryOf(name: string, target: string): boolean {
  return name.startsWith(`.${target}.`) && /^[0-9a-f]{12}\.part$/.test(name.slice(target.length + 2))
}
