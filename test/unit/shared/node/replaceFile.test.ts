import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { replaceFile } from '../../../../src/shared/node/wholeFiles.js'
import { tempFolder } from '../../../support/tempFolder.js'

const bytes = new TextEncoder().encode('new')

describe('replacing a file', () => {
  it('makes the folders that are missing', async () => {
    const file = path.join(tempFolder(), 'backups/1/a')
    await replaceFile(file, bytes)
    expect(readFileSync(file, 'utf8')).toBe('new')
  })

  it('makes it, or puts the new content in the place of the old', async () => {
    const folder = tempFolder()
    const file = path.join(folder, 'a.mrk.json')
    await replaceFile(file, new TextEncoder().encode('old'))
    expect(readFileSync(file, 'utf8')).toBe('old')
    await replaceFile(file, bytes)
    expect(readFileSync(file, 'utf8')).toBe('new')
    expect(readdirSync(folder)).toEqual(['a.mrk.json'])
  })

  it('writes the file behind a link and keeps the link', async () => {
    const folder = tempFolder()
    mkdirSync(path.join(folder, 'real'))
    writeFileSync(path.join(folder, 'real/a.json'), 'old')
    symlinkSync(path.join(folder, 'real/a.json'), path.join(folder, 'link.json'))
    await replaceFile(path.join(folder, 'link.json'), bytes)
    expect(readFileSync(path.join(folder, 'real/a.json'), 'utf8')).toBe('new')
    expect(
      readdirSync(folder, { withFileTypes: true })
        .find(({ name }) => name === 'link.json')
        ?.isSymbolicLink(),
    ).toBe(true)
  })

  it.skipIf(process.platform === 'win32')('keeps who may read and write it', async () => {
    const file = path.join(tempFolder(), 'shared.medlsam.json')
    writeFileSync(file, 'old')
    chmodSync(file, 0o664)
    await replaceFile(file, bytes)
    expect(statSync(file).mode & 0o777).toBe(0o664)
  })

  it('leaves what was there alone when it cannot be replaced, and says which file it is', async () => {
    const folder = tempFolder()
    mkdirSync(path.join(folder, 'a.json/inside'), { recursive: true })
    await expect(replaceFile(path.join(folder, 'a.json'), bytes)).rejects.toThrow(/a\.json cannot be written: .*folder/)
    expect(readdirSync(folder)).toEqual(['a.json'])
    expect(readdirSync(path.join(folder, 'a.json'))).toEqual(['inside'])
  })
})
