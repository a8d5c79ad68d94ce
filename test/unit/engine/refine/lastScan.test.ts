import path from 'node:path'
import { rm } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { LastScan } from '../../../../src/engine/refine/lastScan.js'
import { tempFolder } from '../../../support/tempFolder.js'
import { writeTinyScan } from '../../../support/tinyModels.js'

it('reads a scan again when its file, or how it is read, has changed', async () => {
  const file = path.join(tempFolder(), 'a_ct.nii.gz')
  await writeTinyScan(file, 1)
  const last = new LastScan(undefined)
  const first = await last.read(file, {})
  expect(await last.read(file, {})).toBe(first)
  expect(await last.read(file, { forceHu: true })).not.toBe(first)
  await writeTinyScan(file, 2)
  const changed = await last.read(file, {})
  expect(changed.data).not.toEqual(first.data)
  await rm(file)
  await expect(last.read(file, {})).rejects.toMatchObject({ kind: 'input' })
  await writeTinyScan(file, 1)
  expect((await last.read(file, {})).data).toEqual(first.data)
})
