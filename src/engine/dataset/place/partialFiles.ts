import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { RESULT_EXPORTS } from '../../../shared/exportFormats.js'
import { sha256File } from '../../../shared/node/hash.js'
import { isTemporaryNameOf } from '../../../shared/node/temporaryNames.js'
import { outputPaths } from '../../pipeline/outputPaths.js'
import type { Journal } from '../state/journal.js'

/**
 * Removes temporary files of a result and, where `halves` is set, what a run wrote of it without coming to the
 * sidecar, which is written last. The caller holds the claim on the scan, so that no other process is writing them.
 * @param output path of the label map in the results' folder, with slashes
 */
export async function removeUnfinished(
  outFolder: string,
  output: string,
  journal: Pick<Journal, 'written'>,
  { halves }: { readonly halves: boolean },
): Promise<void> {
  const labelMapPath = path.join(outFolder, output)
  const { labelMap, names, sidecar, exports } = outputPaths(labelMapPath, '', RESULT_EXPORTS)
  const rest = exports.map(({ file }) => file)
  const folder = path.dirname(labelMapPath)
  const present: readonly string[] = await readdir(folder).catch(() => [])
  for (const file of [labelMap, names, sidecar, ...rest]) await removeTemporaries(file)
  if (!halves || present.includes(path.basename(sidecar))) return
  for (const file of [labelMap, names, ...rest]) {
    const hash = await sha256File(file).catch(() => null)
    const isOurs = hash !== null && journal.written(path.relative(outFolder, file).split(path.sep).join('/')).has(hash)
    if (isOurs) await rm(file, { force: true })
  }
}

/** Removes temporary files of a file that is replaced as a whole, such as the summary. */
export async function removeTemporaries(file: string): Promise<void> {
  const folder = path.dirname(file)
  for (const name of await readdir(folder).catch(() => [])) {
    if (isTemporaryNameOf(name, path.basename(file))) await rm(path.join(folder, name), { force: true })
  }
}
