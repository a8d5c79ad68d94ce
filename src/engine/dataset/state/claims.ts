import { randomBytes } from 'node:crypto'
import { link, open, readdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { outputError } from '../../../shared/node/wholeFiles.js'
import { isAlive, thisProcess, type ProcessIdentity } from './processIdentity.js'
import { ownerByName, temporaryName } from './claimTemporaries.js'

/** A holder shows that it lives by touching its claim; after so long without, it is taken for dead. */
export interface ClaimTimes {
  readonly beatEveryMs: number
  readonly staleAfterMs: number
}

/** One operator of a large network may keep a process from beating for a minute. */
export const CLAIM_TIMES: ClaimTimes = { beatEveryMs: 15_000, staleAfterMs: 180_000 }

/** A right to work on something that no other process has. */
export interface Claim {
  /** False when it was taken over, because its holder seemed dead. */
  isHeld(): Promise<boolean>
  release(): Promise<void>
}

const WAIT_MS = 200

const holderSchema = z.object({ machine: z.string(), pid: z.int(), startedAt: z.string().nullable() })

/**
 * Claims a name in a folder that several processes and machines share; null while a living one holds it.
 *
 * A claim is a file `NAME.N` that can be made only once. Whoever finds that the holder of the highest N is
 * dead makes N + 1, so two that find it out at the same time cannot both win, and no file of a holder is
 * ever removed by another one that might be late. A dead holder is known by its process number and start where
 * it ran on this machine and the system tells both, else by its claim's age, measured with the file system's own clock.
 */
export async function claim(folder: string, name: string, times: ClaimTimes = CLAIM_TIMES): Promise<Claim | null> {
  const highest = (await generations(folder, name)).at(-1)
  if (highest !== undefined && (await isHeld(folder, `${name}.${highest}`, times))) return null
  const own = (highest ?? 0) + 1
  const file = path.join(folder, `${name}.${own}`)
  // The number is given out again once all of a name's claims are gone: what is in the file tells them apart.
  const text = JSON.stringify({ ...(await thisProcess()), id: randomBytes(8).toString('hex') })
  const isOurs = async (): Promise<boolean> => (await readFile(file, 'utf8').catch(() => '')) === text
  try {
    if (!(await createWhole(folder, file, text))) return null
  } catch (error) {
    throw outputError(file, error)
  }
  const beat = globalThis.setInterval(() => {
    // Failing is no harm by itself: if the folder is gone, the next write says so.
    isOurs()
      .then((ours) => (ours ? touch(file, text) : undefined))
      .catch(() => undefined)
  }, times.beatEveryMs)
  beat.unref()
  return {
    isHeld: async () => (await generations(folder, name)).at(-1) === own && (await isOurs()),
    async release() {
      clearInterval(beat)
      if (!(await isOurs())) return
      // Own file last: until then no other process can begin. Higher ones belong to who took it over.
      const ours = (await generations(folder, name).catch(() => [])).filter((generation) => generation <= own)
      for (const generation of ours) await rm(path.join(folder, `${name}.${generation}`), { force: true })
    },
  }
}

/** Does something that only one process may do at a time; waits for its turn. */
export async function withClaim<T>(
  folder: string,
  name: string,
  times: ClaimTimes,
  work: () => Promise<T>,
): Promise<T> {
  for (;;) {
    const held = await claim(folder, name, times)
    if (held === null) {
      await setTimeout(WAIT_MS)
      continue
    }
    try {
      return await work()
    } finally {
      await held.release()
    }
  }
}

/** Removes what dead processes left in a folder. */
export async function removeDeadClaims(folder: string, times: ClaimTimes = CLAIM_TIMES): Promise<void> {
  const names = new Set<string>()
  for (const file of await readdir(folder)) {
    const claimed = /^([^.]+)\.\d+$/.exec(file)?.[1]
    if (claimed !== undefined) names.add(claimed)
    if (file.endsWith('.tmp') && !(await isHeld(folder, file, times)))
      await rm(path.join(folder, file), { force: true })
  }
  for (const name of names) await (await claim(folder, name, times))?.release()
}

async function generations(folder: string, name: string): Promise<number[]> {
  const files = await readdir(folder)
  return files
    .flatMap((file) =>
      file.startsWith(`${name}.`) && /^\d+$/.test(file.slice(name.length + 1))
        ? [Number(file.slice(name.length + 1))]
        : [],
    )
    .sort((a, b) => a - b)
}

/** Makes a file with its content in one step; false when it is there already. */
async function createWhole(folder: string, file: string, text: string): Promise<boolean> {
  const temporary = path.join(folder, temporaryName(await thisProcess()))
  await writeFile(temporary, text, { flag: 'wx' })
  try {
    await link(temporary, file)
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'EEXIST') return false
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error
    // Disks without hard links (exFAT, some shares): made in one step, filled in the next.
    return await writeFile(file, text, { flag: 'wx' }).then(
      () => true,
      (failure: unknown) => {
        if (failure instanceof Error && 'code' in failure && failure.code === 'EEXIST') return false
        throw failure
      },
    )
  } finally {
    await unlink(temporary)
  }
}

async function isHeld(folder: string, file: string, times: ClaimTimes): Promise<boolean> {
  const holder = (await readHolder(path.join(folder, file))) ?? (await ownerByName(file))
  if (holder === 'gone') return false
  const alive = holder === null ? 'unknown' : await isAlive(holder)
  switch (alive) {
    case 'alive':
      return true
    case 'dead':
      return false
    case 'unknown':
      return (await ageMs(folder, path.join(folder, file))) < times.staleAfterMs
  }
}

/** Null for a claim that is not filled yet. */
async function readHolder(file: string): Promise<ProcessIdentity | 'gone' | null> {
  try {
    const parsed = holderSchema.safeParse(JSON.parse(await readFile(file, 'utf8')))
    return parsed.success ? parsed.data : null
  } catch (error) {
    return error instanceof SyntaxError ? null : 'gone'
  }
}

/** How long ago a file was touched by the clock of the file system, which the machines share. */
async function ageMs(folder: string, file: string): Promise<number> {
  const probe = path.join(folder, temporaryName(await thisProcess()))
  await writeFile(probe, JSON.stringify(await thisProcess()), { flag: 'wx' })
  try {
    const [now, then] = [await stat(probe), await stat(file).catch(() => null)]
    return then === null ? Infinity : now.mtimeMs - then.mtimeMs
  } finally {
    await unlink(probe)
  }
}

/** Writes the same bytes again, so that the file system sets the time. */
async function touch(file: string, text: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    await handle.write(text, 0)
  } finally {
    await handle.close()
  }
}
