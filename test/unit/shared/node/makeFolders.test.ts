import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { makeFolders } from '../../../../src/shared/node/makeFolders.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()

it('makes a folder and all above it, and leaves those that are there', async () => {
  const deep = path.join(folder, 'a', 'b', 'c')
  await makeFolders(deep)
  await makeFolders(deep)
  expect(existsSync(deep)).toBe(true)
})

it('lets several make the same folders at once', async () => {
  const deep = path.join(folder, 'many', 'deep')
  await Promise.all(Array.from({ length: 8 }, () => makeFolders(deep)))
  expect(existsSync(deep)).toBe(true)
})

it.skipIf(process.platform !== 'linux')('ends where making a folder answers "no such file"', async () => {
  await expect(makeFolders('/proc/no-such/deeper')).rejects.toMatchObject({
    kind: 'output',
    message: 'The folder /proc/no-such/deeper cannot be made: choose another place.',
  })
})

it('refuses where a file or a link to nothing is in the way', async () => {
  writeFileSync(path.join(folder, 'file'), 'x')
  symlinkSync(path.join(folder, 'nothing'), path.join(folder, 'link'))
  mkdirSync(path.join(folder, 'ok'))
  for (const name of ['file/x', 'file', 'link/x'])
    await expect(makeFolders(path.join(folder, name))).rejects.toMatchObject({ kind: 'output' })
})
