import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { cachedVolume, clearVolumes } from '../../../../../src/engine/dicom/cache/volumeCache.js'
import { writeBytesAtomic } from '../../../../../src/shared/node/wholeFiles.js'
import { tempFolder } from '../../../../support/tempFolder.js'

const top = tempFolder()
const key = (letter: string): string => letter.repeat(64)

/** Has a volume of so many bytes made, or found. @returns whether it was made */
async function use(folder: string, letter: string, { bytes = 100, limitBytes = 250 } = {}): Promise<boolean> {
  let isMade = false
  const file = await cachedVolume({ folder, limitBytes }, key(letter), async (target) => {
    isMade = true
    await writeBytesAtomic(target, new Uint8Array(bytes))
  })
  expect(file).toBe(path.join(folder, `${key(letter)}.nii.gz`))
  expect(statSync(file).size).toBe(bytes)
  return isMade
}

const kept = (folder: string): string[] => readdirSync(folder).map((name) => name[0])

/** Says that a volume was used so many seconds ago. */
function age(folder: string, letter: string, seconds: number): void {
  const then = new Date(Date.now() - seconds * 1000)
  utimesSync(path.join(folder, `${key(letter)}.nii.gz`), then, then)
}

describe('A cache of volumes', () => {
  test('makes each once', async () => {
    const folder = path.join(top, 'deep/once')
    expect(await use(folder, 'a')).toBe(true)
    expect(await use(folder, 'a')).toBe(false)
    if (process.platform !== 'win32') expect(statSync(folder).mode & 0o077).toBe(0)
  })

  test('keeps to its size: the one that was not used for longest goes', async () => {
    const folder = path.join(top, 'size')
    await use(folder, 'a')
    await use(folder, 'b')
    age(folder, 'a', 20)
    age(folder, 'b', 10)
    await use(folder, 'a')
    expect(await use(folder, 'c')).toBe(true)
    expect(kept(folder)).toEqual(['a', 'c'])
    // Alone larger than the limit.
    await use(folder, 'd', { bytes: 300 })
    expect(kept(folder)).toEqual(['d'])
  })

  test('leaves nothing where a volume cannot be made', async () => {
    const folder = path.join(top, 'fails')
    const failed = cachedVolume({ folder, limitBytes: 1 }, key('a'), () => Promise.reject(new Error('damaged')))
    await expect(failed).rejects.toThrow('damaged')
    expect(readdirSync(folder)).toEqual([])
  })

  test('sweeps up what a process that was killed left', async () => {
    const folder = path.join(top, 'abandoned')
    mkdirSync(folder)
    const left = (letter: string): string => path.join(folder, `.${key(letter)}.nii.gz.0123456789ab.part`)
    for (const letter of ['a', 'b']) writeFileSync(left(letter), 'half')
    const yesterday = new Date(Date.now() - 86_400_000)
    utimesSync(left('a'), yesterday, yesterday)
    await use(folder, 'c')
    expect([existsSync(left('a')), existsSync(left('b'))]).toEqual([false, true])
  })

  test('is cleared, of volumes and nothing else', async () => {
    const folder = path.join(top, 'clear')
    expect(await clearVolumes(folder)).toEqual({ volumes: 0, bytes: 0 })
    await use(folder, 'a')
    await use(folder, 'b', { bytes: 50 })
    writeFileSync(path.join(folder, `.${key('c')}.nii.gz.0123456789ab.part`), 'half')
    writeFileSync(path.join(folder, 'mine.nii'), 'of somebody else')
    expect(await clearVolumes(folder)).toEqual({ volumes: 2, bytes: 150 })
    expect(readdirSync(folder)).toEqual(['mine.nii'])
  })
})
