import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { keepForeign, neverOurs } from '../../../../src/shared/node/keepForeign.js'
import { keepForeignIn, writeOwnFolder } from '../../../../src/shared/node/ownFolder.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()
const kept = { kind: 'output', remedy: { option: 'force' } }

it('keeps what is there and is not ours, unless it may be replaced', async () => {
  const file = path.join(folder, 'somebody.nii')
  await keepForeign([{ file, isOurs: neverOurs }], undefined)
  writeFileSync(file, 'x')
  await expect(keepForeign([{ file, isOurs: neverOurs }], undefined)).rejects.toMatchObject({ ...kept, file })
  await keepForeign([{ file, isOurs: neverOurs }], true)
  await keepForeign([{ file, isOurs: (present) => present.toString() === 'x' }], false)
})

it('keeps a folder of that name', async () => {
  mkdirSync(path.join(folder, 'folder.nii'))
  await expect(
    keepForeign([{ file: path.join(folder, 'folder.nii'), isOurs: neverOurs }], undefined),
  ).rejects.toMatchObject(kept)
})

it('replaces the tables that it wrote, and neither edited ones nor those of others', async () => {
  const out = path.join(folder, 'tables')
  const write = (text: string, force?: boolean): Promise<void> => writeOwnFolder(out, new Map([['a.csv', text]]), force)
  await write('1')
  await write('2')
  expect(readFileSync(path.join(out, 'a.csv'), 'utf8')).toBe('2')
  writeFileSync(path.join(out, 'a.csv'), 'edited')
  writeFileSync(path.join(out, 'b.csv'), 'foreign')
  await expect(write('3')).rejects.toMatchObject(kept)
  await expect(keepForeignIn(out, ['b.csv'], undefined)).rejects.toMatchObject(kept)
  expect(readFileSync(path.join(out, 'a.csv'), 'utf8')).toBe('edited')
  await write('3', true)
  await write('4')
  expect(readFileSync(path.join(out, 'a.csv'), 'utf8')).toBe('4')
})
