import { copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { labelTableNameOf, sidecarNameOf } from '../../shared/labelMapNames.js'
import { writeBytesTogether } from '../../shared/node/wholeFiles.js'
import { resultStamps, type ResultStamps } from './killedResult.js'

/** What a run found where it writes, so that the run can be undone. */
export interface ResultBackup {
  /** Whether there was a result before. */
  readonly hasEarlier: boolean
  readonly labelMapPath: string
  readonly folder: string
}

/** Copies a result that a run is about to replace into a folder, which is made. */
export async function backUpResult(labelMapPath: string, folder: string): Promise<ResultBackup> {
  const present = await readdir(path.dirname(labelMapPath))
  const names = filesOf(labelMapPath).filter((name) => present.includes(name))
  await mkdir(folder, { recursive: true })
  for (const name of names) await copyFile(path.join(path.dirname(labelMapPath), name), path.join(folder, name))
  return { hasEarlier: names.includes(path.basename(labelMapPath)), labelMapPath, folder }
}

/**
 * Puts back what was there before a run; without anything there before, what the run wrote is removed.
 * @param written the result as the run left it
 * @throws Error with a sentence when somebody changed the result since
 */
export async function undoResult({ labelMapPath, folder }: ResultBackup, written: ResultStamps): Promise<void> {
  const now = await resultStamps(labelMapPath)
  if (now.labelMap !== written.labelMap || now.sidecar !== written.sidecar)
    throw new Error(`${path.basename(labelMapPath)} was changed after the run, so it is left as it is.`)
  const saved = await readdir(folder)
  const target = path.dirname(labelMapPath)
  const names = filesOf(labelMapPath)
  const files = await Promise.all(
    names
      .filter((name) => saved.includes(name))
      .map(async (name) => ({ file: path.join(target, name), bytes: await readFile(path.join(folder, name)) })),
  )
  // A sidecar says that the rest is complete: the one of the run goes first, the earlier one comes last.
  await writeBytesTogether(files, async () => {
    for (const name of names) await rm(path.join(target, name), { force: true })
  })
  await rm(folder, { recursive: true, force: true })
}

/** Names of the files of a result, its sidecar first. */
function filesOf(labelMapPath: string): string[] {
  const name = path.basename(labelMapPath)
  return [sidecarNameOf(name), labelTableNameOf(name), name]
}
