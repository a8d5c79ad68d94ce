import { readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it, vi } from 'vitest'
import type { ExtremePoints } from '../../../../src/shared/geometry/points.js'
import type { TemplateSet } from '../../../../src/shared/templateSet.js'
import { addTemplateToFile } from '../../../../src/engine/server/addTemplateToFile.js'
import { readScan } from '../../../../src/engine/scanFiles/readScan.js'
import { writeLabelMap } from '../../../../src/engine/scanFiles/writeLabelMap.js'
import { tempFolder } from '../../../support/tempFolder.js'
import { writeTinyScan } from '../../../support/tinyModels.js'

const meanwhile = vi.hoisted(() => ({ act: (): void => undefined }))

vi.mock('../../../../src/engine/scanFiles/hashScan.js', async (original) => {
  const real = await original<typeof import('../../../../src/engine/scanFiles/hashScan.js')>()
  return {
    hashScan: (file: string) => {
      meanwhile.act()
      return real.hashScan(file)
    },
  }
})

const points: ExtremePoints = {
  inferior: [0, 0, -9],
  posterior: [0, -9, 0],
  right: [9, 0, 0],
  superior: [0, 0, 9],
  anterior: [0, 9, 0],
  left: [-9, 0, 0],
}

it('keeps what people change in the set while the scan is read', async () => {
  const folder = tempFolder()
  const setPath = path.join(folder, 'mine.medlsam.json')
  const scanPath = path.join(folder, 'a_ct.nii.gz')
  await writeTinyScan(scanPath, 1)
  const set: TemplateSet = {
    format: 'medlsam-template-set',
    formatVersion: 1,
    name: 'mine',
    structures: [{ name: 'Ball', labelValue: 1, color: '#e06c75' }],
    scans: [{ id: 'b', path: 'b.nii', sha256: 'b'.repeat(64), enabled: true, structures: { Ball: { points } } }],
  }
  const put = (next: TemplateSet): void => {
    writeFileSync(setPath, JSON.stringify(next))
  }
  put(set)
  meanwhile.act = () => {
    put({ ...set, name: 'renamed', scans: set.scans.map((scan) => ({ ...scan, enabled: false })) })
  }
  await addTemplateToFile({
    setPath,
    scanPath,
    source: { kind: 'points', structures: [{ name: 'Ball', color: '#e06c75', points }], markupsPath: null },
  })
  const written = JSON.parse(readFileSync(setPath, 'utf8')) as TemplateSet
  expect(written.name).toBe('renamed')
  expect(written.scans.map(({ id, enabled }) => [id, enabled])).toEqual([
    ['b', false],
    ['a_ct', true],
  ])
})

it('takes the structures that are asked for of a label map, and reads it again only when it has changed', async () => {
  meanwhile.act = () => undefined
  const folder = tempFolder()
  const [setPath, scanPath, labelMap] = ['mine.medlsam.json', 'a_ct.nii.gz', 'a_dseg.nii.gz'].map((name) =>
    path.join(folder, name),
  )
  await writeTinyScan(scanPath, 1)
  const { size, affine, geometry } = await readScan(scanPath)
  const draw = (...boxes: readonly (readonly [value: number, from: number, to: number])[]): Promise<void> => {
    const data = new Uint8Array(size[0] * size[1] * size[2])
    for (const [value, from, to] of boxes)
      for (let i = from; i < to; i++) data[i + size[0] * (4 + size[1] * (i % size[2]))] = value
    return writeLabelMap(labelMap, { data, size, affine }, geometry, [])
  }
  const source = { kind: 'labelMap', path: labelMap, only: ['Ball'] } as const
  const names = [
    { labelValue: 1, name: 'Ball' },
    { labelValue: 2, name: 'Core' },
  ]
  await draw([1, 2, 8], [2, 9, 12])
  const first = await addTemplateToFile({ setPath, scanPath, source: { ...source, names } })
  expect(first.structures.map(({ name }) => name)).toEqual(['Ball'])
  expect(Object.keys(first.scans[0].structures)).toEqual(['Ball'])
  const written = statSync(setPath).mtimeMs
  expect(await addTemplateToFile({ setPath, scanPath, source: { ...source, names } })).toEqual(first)
  expect(statSync(setPath).mtimeMs).toBe(written)
  await draw([1, 2, 10], [2, 10, 12])
  const after = await addTemplateToFile({ setPath, scanPath, source: { ...source, names } })
  expect(after.scans).toHaveLength(1)
  expect(after.scans[0].structures['Ball'].points).not.toEqual(first.scans[0].structures['Ball'].points)
})
