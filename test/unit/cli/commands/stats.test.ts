import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { writeLabelMap } from '../../../../src/engine/scanFiles/writeLabelMap.js'
import { writeScan } from '../../../../src/engine/scanFiles/writeScan.js'
import type { Affine } from '../../../../src/shared/geometry/affine.js'
import { cliIsBuilt, runCli } from '../../../support/cli.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()
const AFFINE: Affine = [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1]
const SIZE = [8, 8, 4] as const

it.skipIf(!cliIsBuilt)('medlsam stats prints the structures of a label map by name', async () => {
  const [scan, labelMap] = ['one_ct.nii.gz', 'one_seg.nii.gz'].map((name) => path.join(folder, name))
  const hu = Int16Array.from({ length: 256 }, (_, i) => (i < 100 ? -1000 : i % 2 === 0 ? 40 : 60))
  const labels = Uint8Array.from(hu, (value) => (value > 0 ? 3 : 0))
  await writeScan(scan, { data: hu, size: SIZE, affine: AFFINE })
  const geometry = { niftiHeader: null, size: SIZE, affine: AFFINE }
  await writeLabelMap(labelMap, { data: labels, size: SIZE, affine: AFFINE }, geometry, [])
  await writeFile(path.join(folder, 'one_seg.tsv'), 'index\tname\n3\tOrgan\n')
  const { code, stdout, stderr } = await runCli(['stats', labelMap, '--scan', scan, '--csv'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [head, row] = stdout.trim().split('\n')
  expect(head).toMatch(/^Structure,Label,Volume ml,Mean HU,SD HU,/)
  // 156 voxels of 20 mm^3.
  expect(row).toMatch(/^Organ,3,3\.12,50,10,/)
})
