import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { claim, removeDeadClaims, withClaim, type ClaimTimes } from '../../../../../src/engine/dataset/state/claims.js'
import { temporaryName } from '../../../../../src/engine/dataset/state/claimTemporaries.js'
import { isAlive, thisProcess, type ProcessIdentity } from '../../../../../src/engine/dataset/state/processIdentity.js'
import { tempFolder } from '../../../../support/tempFolder.js'

const parent = tempFolder()
const fresh = (): Promise<string> => mkdtemp(path.join(parent, 'claims-'))
const TIMES: ClaimTimes = { beatEveryMs: 20, staleAfterMs: 200 }

/** A claim as another machine would have left it. */
function strange(folder: string, name: string, machine: object): string {
  const file = path.join(folder, `${name}.1`)
  writeFileSync(file, JSON.stringify(machine))
  return file
}

/** A process that has ended. */
async function deadProcess(): Promise<ProcessIdentity> {
  const child = spawn(process.execPath, ['-e', ''])
  await new Promise((resolve) => child.on('close', resolve))
  return { ...(await thisProcess()), pid: child.pid ?? 0 }
}

describe('a claim', () => {
  it('is held by one until it is released, and leaves nothing', async () => {
    const folder = await fresh()
    const first = await claim(folder, 'scan', TIMES)
    expect(first).not.toBeNull()
    expect(await claim(folder, 'scan', TIMES)).toBeNull()
    expect(await claim(folder, 'other', TIMES)).not.toBeNull()
    await first?.release()
    expect(readdirSync(folder)).toEqual(['other.1'])
    expect(await claim(folder, 'scan', TIMES)).not.toBeNull()
  })

  it('goes to exactly one of many that ask at once, also when they all find a dead holder', async () => {
    for (const dead of [false, true]) {
      const folder = await fresh()
      if (dead) strange(folder, 'scan', await deadProcess())
      const answers = await Promise.all(Array.from({ length: 20 }, () => claim(folder, 'scan', TIMES)))
      expect(answers.filter((answer) => answer !== null)).toHaveLength(1)
    }
  })

  it('of a dead process of this machine is taken over at once', async () => {
    const folder = await fresh()
    strange(folder, 'scan', await deadProcess())
    const taken = await claim(folder, 'scan', { ...TIMES, staleAfterMs: 1e9 })
    expect(taken).not.toBeNull()
    await taken?.release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('of a process whose number another one has now is taken over', async () => {
    const own = await thisProcess()
    expect(await isAlive(own)).toBe('alive')
    if (own.startedAt === null) return
    expect(await isAlive({ ...own, startedAt: `${own.startedAt}0` })).toBe('dead')
  })

  it('of a process whose start is not known goes by its age, since its number may have another process by now', async () => {
    const folder = await fresh()
    const file = strange(folder, 'scan', { ...(await thisProcess()), startedAt: null })
    expect(await claim(folder, 'scan', TIMES)).toBeNull()
    utimesSync(file, new Date(), new Date(Date.now() - 1000))
    expect(await claim(folder, 'scan', TIMES)).not.toBeNull()
  })

  it('that was taken over is left to the one who has it', async () => {
    const folder = await fresh()
    const late = await claim(folder, 'scan', TIMES)
    expect(await late?.isHeld()).toBe(true)
    // As another process takes it over.
    const file = path.join(folder, 'scan.2')
    writeFileSync(file, JSON.stringify({ machine: 'elsewhere', pid: 1, startedAt: null }))
    expect(await late?.isHeld()).toBe(false)
    await late?.release()
    expect(readdirSync(folder)).toEqual(['scan.2'])
    expect(await claim(folder, 'scan', { ...TIMES, staleAfterMs: 1e9 })).toBeNull()
  })

  it('is not taken for the next one of the same number', async () => {
    const folder = await fresh()
    const late = await claim(folder, 'scan', { beatEveryMs: 5, staleAfterMs: 200 })
    // As others take it over, release it and claim it anew.
    rmSync(path.join(folder, 'scan.1'))
    const next = JSON.stringify({ machine: 'elsewhere', pid: 1, startedAt: null })
    writeFileSync(path.join(folder, 'scan.1'), next)
    expect(await late?.isHeld()).toBe(false)
    await setTimeout(50)
    await late?.release()
    expect(readFileSync(path.join(folder, 'scan.1'), 'utf8')).toBe(next)
  })

  it('of another machine is respected while it is touched, and taken over when it is not', async () => {
    const folder = await fresh()
    const file = strange(folder, 'scan', { machine: 'elsewhere', pid: 1, startedAt: null })
    expect(await claim(folder, 'scan', TIMES)).toBeNull()
    utimesSync(file, new Date(), new Date(Date.now() - 1000))
    expect(await claim(folder, 'scan', TIMES)).not.toBeNull()
  })

  it('is touched by its holder, so that other machines see it live', async () => {
    const folder = await fresh()
    const held = await claim(folder, 'scan', TIMES)
    const file = path.join(folder, 'scan.1')
    const text = readFileSync(file, 'utf8')
    utimesSync(file, new Date(), new Date(Date.now() - 100_000))
    await setTimeout(300)
    expect(Date.now() - statSync(file).mtimeMs).toBeLessThan(50_000)
    expect(readFileSync(file, 'utf8')).toBe(text)
    await held?.release()
  })

  it('of the dead is removed without their scans being touched, that of the living is not', async () => {
    const folder = await fresh()
    strange(folder, 'dead', await deadProcess())
    writeFileSync(path.join(folder, '0123456789abcdef.tmp'), JSON.stringify(await deadProcess()))
    // Killed before anything was in it.
    writeFileSync(path.join(folder, temporaryName(await deadProcess())), '')
    const held = await claim(folder, 'mine', TIMES)
    await removeDeadClaims(folder, TIMES)
    expect(readdirSync(folder)).toEqual(['mine.1'])
    await held?.release()
  })

  it('makes others wait for their turn', async () => {
    const folder = await fresh()
    let inside = 0
    let most = 0
    await Promise.all(
      [1, 2, 3].map(() =>
        withClaim(folder, 'summary', TIMES, async () => {
          most = Math.max(most, ++inside)
          await setTimeout(20)
          inside--
        }),
      ),
    )
    expect(most).toBe(1)
  })
})
