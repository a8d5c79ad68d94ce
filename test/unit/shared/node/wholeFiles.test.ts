import fs from 'node:fs'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { errorOf, temporaryFolder } from '../../../support/niftiFixture.js'
import { writeFolderAtomic, writeTextAtomic } from '../../../../src/shared/node/wholeFiles.js'
import { openImport } from '../../../../src/engine/models/import/importCheckpoint.js'

const failing = vi.hoisted(() => ({ code: null as string | null }))

// A disk that fills up in the middle of a write, or a folder without permission: neither can be had for certain in a test.
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fs.promises>()
  return {
    ...real,
    open: async (...args: Parameters<typeof real.open>) => {
      const fail = (): never => {
        throw Object.assign(new Error(`${failing.code ?? ''}: simulated`), { code: failing.code })
      }
      if (failing.code === 'EACCES') fail()
      const handle = await real.open(...args)
      if (failing.code !== null) {
        handle.writeFile = async () => {
          await handle.write('half of it')
          fail()
        }
      }
      return handle
    },
  }
})

const { folder, put } = temporaryFolder()
afterEach(() => {
  failing.code = null
})

describe('writeTextAtomic', () => {
  test('writes, and replaces what was there', async () => {
    const file = path.join(folder, 'a.json')
    await writeTextAtomic(file, 'first')
    await writeTextAtomic(file, 'sécond')
    expect(readFileSync(file, 'utf8')).toBe('sécond')
    expect(readdirSync(folder)).toEqual(['a.json'])
  })

  test('writes through a link to the file it points to', async () => {
    const target = put('target.json', 'old')
    const link = path.join(folder, 'link.json')
    symlinkSync(target, link)
    await writeTextAtomic(link, 'new')
    expect(readFileSync(target, 'utf8')).toBe('new')
    expect(fs.lstatSync(link).isSymbolicLink()).toBe(true)
  })

  test.each([
    ['ENOSPC', /disk is full/],
    ['EACCES', /may not be written to/],
    ['EROFS', /read-only/],
    ['EDQUOT', /quota/],
    ['EIO', /simulated/],
  ])('on %s says why, keeps the old file and leaves no other', async (code, cause) => {
    const file = path.join(folder, 'kept.json')
    writeFileSync(file, 'old')
    const before = readdirSync(folder)
    failing.code = code
    const error = await errorOf(writeTextAtomic(file, 'new'))
    expect([error.kind, error.file]).toEqual(['output', file])
    expect(error.message).toMatch(cause)
    expect(error.message).toContain(file)
    expect(error.message).toMatch(/^[^\n]+\.$/)
    expect(readFileSync(file, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(before)
  })
})

describe('writeFolderAtomic', () => {
  const write = (inside: string): Promise<void> => writeTextAtomic(path.join(inside, 'a.txt'), 'a')

  test('makes a folder, with those above it, or fills an empty one', async () => {
    const target = path.join(folder, 'models', 'new')
    await writeFolderAtomic(target, write)
    expect(readdirSync(target)).toEqual(['a.txt'])
    const empty = path.join(folder, 'models', 'empty')
    mkdirSync(empty)
    await writeFolderAtomic(empty, write)
    expect(readdirSync(empty)).toEqual(['a.txt'])
    expect(readdirSync(path.dirname(target)).sort()).toEqual(['empty', 'new'])
  })

  test('leaves a folder with something in it alone, before any work', async () => {
    const target = path.join(folder, 'models', 'new')
    let worked = false
    const error = await errorOf(
      writeFolderAtomic(target, () => {
        worked = true
        return Promise.resolve()
      }),
    )
    expect([error.kind, error.file, worked]).toEqual(['output', target, false])
    expect(error.message).toMatch(/has something in it; choose another name\.$/)
  })

  test.each(['ENOSPC', 'EACCES'])('leaves nothing of a model that meets %s while it is imported', async (code) => {
    const fixture = path.resolve('test/fixtures/import/medlam-tiny')
    const source = await openImport(path.join(fixture, 'half.pth'), path.join(fixture, 'skeleton'))
    const target = path.join(folder, `imported-${code}`)
    const before = readdirSync(folder)
    failing.code = code
    const error = await errorOf(source.write(target, { id: 'x' }))
    failing.code = null
    await source.close()
    expect([error.kind, error.file]).toEqual(['output', target])
    expect(error.message).toMatch(code === 'ENOSPC' ? /disk is full/ : /may not be written to/)
    expect(existsSync(target)).toBe(false)
    expect(readdirSync(folder)).toEqual(before)
  })
})
