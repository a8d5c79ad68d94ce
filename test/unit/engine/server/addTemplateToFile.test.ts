import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it, vi } from 'vitest'
import type { ExtremePoints } from '../../../../src/shared/geometry/points.js'
import type { TemplateSet } from '../../../../src/shared/templateSet.js'
import { addTemplateToFile } from '../../../../src/engine/server/addTemplateToFile.js'
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
