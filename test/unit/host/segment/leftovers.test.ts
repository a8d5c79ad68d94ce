import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { removeLeftovers } from '../../../../src/host/segment/leftovers.js'

let folder: string
beforeEach(async () => { folder = await mkdtemp(path.join(os.tmpdir(), 'leftovers-')) })
afterEach(async () => { await rm(folder, { recursive: true, force: true }) })

async function put(...names: string[]): Promise<void> {
  for (const name of names) await writeFile(path.join(folder, name), '')
}

it('removes temporary files and a label map without its sidecar', async () => {
  await put('p1.nii.gz', 'p1_dseg.nii.gz', 'p1_dseg.tsv', '.p1_dseg.json.0123456789ab.part', '.p2_dseg.json.0123456789ab.part')
  await removeLeftovers(path.join(folder, 'p1_dseg.nii.gz'), false)
  expect((await readdir(folder)).sort()).toEqual(['.p2_dseg.json.0123456789ab.part', 'p1.nii.gz'])
})

it('keeps a complete result, and an older label map that was there before', async () => {
  await put('p1_dseg.nii.gz', 'p1_dseg.json', 'p2_dseg.nii.gz')
  expect(await removeLeftovers(path.join(folder, 'p1_dseg.nii.gz'), false)).toEqual([])
  expect(await removeLeftovers(path.join(folder, 'p2_dseg.nii.gz'), true)).toEqual([])
})
