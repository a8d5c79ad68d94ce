import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { resultStamps } from '../../../../src/host/segment/killedResult.js'
import { backUpResult, undoResult } from '../../../../src/host/segment/resultBackup.js'
import { tempFolder } from '../../../support/tempFolder.js'

const FILES = ['a_dseg.nii.gz', 'a_dseg.tsv', 'a_dseg.json']

function place(): {
  readonly folder: string
  readonly labelMap: string
  readonly write: (text: string) => void
  readonly read: () => string[]
} {
  const folder = tempFolder()
  return {
    folder,
    labelMap: path.join(folder, FILES[0]),
    write: (text) => {
      for (const name of FILES) writeFileSync(path.join(folder, name), text)
    },
    read: () =>
      FILES.filter((name) => existsSync(path.join(folder, name))).map((name) =>
        readFileSync(path.join(folder, name), 'utf8'),
      ),
  }
}

it('puts an earlier result back', async () => {
  const { folder, labelMap, write, read } = place()
  write('earlier')
  const backup = await backUpResult(labelMap, path.join(folder, 'backup'))
  write('later')
  expect(backup.hasEarlier).toBe(true)
  await undoResult(backup, await resultStamps(labelMap))
  expect(read()).toEqual(['earlier', 'earlier', 'earlier'])
  expect(existsSync(path.join(folder, 'backup'))).toBe(false)
})

it('removes a result that was new', async () => {
  const { folder, labelMap, write, read } = place()
  const backup = await backUpResult(labelMap, path.join(folder, 'backup'))
  write('new')
  await undoResult(backup, await resultStamps(labelMap))
  expect([backup.hasEarlier, read()]).toEqual([false, []])
})

it('leaves a result alone that was changed after the run', async () => {
  const { folder, labelMap, write, read } = place()
  const backup = await backUpResult(labelMap, path.join(folder, 'backup'))
  write('new')
  const written = await resultStamps(labelMap)
  writeFileSync(labelMap, 'edited')
  await expect(undoResult(backup, written)).rejects.toThrow('a_dseg.nii.gz was changed after the run')
  expect(read()).toEqual(['edited', 'new', 'new'])
})
