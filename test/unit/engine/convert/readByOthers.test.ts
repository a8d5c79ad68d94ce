import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'
import { convertLabelMap } from '../../../../src/engine/convert/convertLabelMap.js'
import { DRAWN, writeLabelledSeries } from '../../../support/labelledSeries.js'
import { findPython } from '../../../support/python.js'
import { tempFolder } from '../../../support/tempFolder.js'

const SCRIPT = path.resolve(import.meta.dirname, '../../../support/readDicomObjects.py')
const python = findPython(['pydicom', 'highdicom'])
const top = tempFolder()

/** Places in the array of each structure. */
function voxelsByName(data: ArrayLike<number>): Readonly<Record<string, number[]>> {
  const values = Array.from(data)
  return Object.fromEntries(
    DRAWN.map(({ name, labelValue }) => [name, values.flatMap((value, i) => (value === labelValue ? [i] : []))]),
  )
}

test.skipIf(python === null)('pydicom and highdicom read the same voxels in SEG and RTSTRUCT', async () => {
  const { folder, labelMap, labels } = await writeLabelledSeries(path.join(top, 'ct'))
  const [seg, struct] = [path.join(top, 'seg.dcm'), path.join(top, 'struct.dcm')]
  await convertLabelMap({ labelMap, to: 'seg', series: folder, out: seg })
  await convertLabelMap({ labelMap, to: 'rtstruct', series: folder, out: struct })
  const printed = execFileSync(python ?? '', [SCRIPT, seg, struct, folder], { encoding: 'utf8' })
  const expected = voxelsByName(labels.data)
  expect(JSON.parse(printed)).toEqual({
    seg: expected,
    struct: expected,
    references: 7,
    frame: ['1.2.826.0.1.3680043.8.498.78', '1.2.826.0.1.3680043.8.498.78'],
    types: ['Kidney', 'Liver', 'Tissue'],
  })
})
