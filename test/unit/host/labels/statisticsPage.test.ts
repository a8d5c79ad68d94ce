import { expect, it } from 'vitest'
import { statisticsPage } from '../../../../src/host/labels/statisticsPage.js'
import { toCsv } from '../../../../src/shared/figureTable.js'
import type { StructureStatistics } from '../../../../src/shared/labelComparison.js'
import { comparisonTable, statisticsTable } from '../../../../src/shared/structureTables.js'

const organ: StructureStatistics = {
  name: '=Organ <left>',
  labelValue: 3,
  voxels: 2,
  volumeMl: 0.0612,
  meanHu: 50.25,
  sdHu: 10,
  boxMm: { min: [9, 18.5, 27.5], max: [13, 24.5, 32.5] },
  centreMm: [11, 21.5, 30],
}

it('shows rounded figures on a page and keeps them whole in the file', () => {
  const table = statisticsTable('Statistics of a.nii', [organ])
  const page = statisticsPage(table, [organ], ['Mind <this>.'], [{ text: 'Copy', href: 'command:x?%5B"a"%5D' }])
  expect(page).toContain('<th scope="row">=Organ &lt;left&gt;</th><td>0.06</td><td>50.3</td><td>10.0</td><td>4 × 6 × 5')
  expect(page).toContain('Mind &lt;this&gt;.')
  expect(page).toContain('href="command:x?%5B&quot;a&quot;%5D"')
  // Spreadsheets would take the name for a formula.
  expect(toCsv(table)).toContain("'=Organ <left>,3,0.0612,50.25,10,9,18.5,27.5,13,24.5,32.5,11,21.5,30\n")
})

it('has a dash where a structure of a comparison is missing', () => {
  const missing = { name: 'Lens', labelValue: 2, referenceValue: null, volumeMl: 0.25, referenceMl: 0, dice: 0 }
  const { rows } = comparisonTable('a.nii', [{ ...missing, hd95Mm: null, worstMm: [1, 2, 3] }])
  expect(rows[0].map(({ text }) => text)).toEqual(['Lens', '0.000', '–', '0.25', '0.00', '0.25'])
})
