import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { removePartialFiles, resultStamps } from '../../../../src/host/segment/killedResult.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'partial-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const at = (name: string): string => path.join(folder, name)
const listed = async (): Promise<string[]> => (await readdir(folder)).sort()

async function put(...names: string[]): Promise<void> {
  for (const name of names) await writeFile(at(name), '')
}

it('removes temporary files and a label map without its sidecar', async () => {
  const before = await resultStamps(at('p1_dseg.nii.gz'))
  await put(
    'p1.nii.gz',
    'p1_dseg.nii.gz',
    'p1_dseg.tsv',
    '.p1_dseg.json.0123456789ab.part',
    '.p2_dseg.json.0123456789ab.part',
  )
  expect(await removePartialFiles(at('p1_dseg.nii.gz'), before)).toBe(false)
  expect(await listed()).toEqual(['.p2_dseg.json.0123456789ab.part', 'p1.nii.gz'])
})

it('keeps a complete result and says that it is there', async () => {
  const before = await resultStamps(at('p1_dseg.nii.gz'))
  await put('p1_dseg.nii.gz', 'p1_dseg.json')
  expect(await removePartialFiles(at('p1_dseg.nii.gz'), before)).toBe(true)
  expect(await listed()).toEqual(['p1_dseg.json', 'p1_dseg.nii.gz'])
})

it('keeps an older label map that was there before, with its sidecar and without', async () => {
  await put('p1_dseg.nii.gz', 'p1_dseg.json', 'p2_dseg.nii.gz', 'p2_dseg.tsv')
  for (const name of ['p1_dseg.nii.gz', 'p2_dseg.nii.gz'])
    expect(await removePartialFiles(at(name), await resultStamps(at(name)))).toBe(false)
  expect(await listed()).toEqual(['p1_dseg.json', 'p1_dseg.nii.gz', 'p2_dseg.nii.gz', 'p2_dseg.tsv'])
})
