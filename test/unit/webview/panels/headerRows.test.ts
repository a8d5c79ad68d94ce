import { expect, it } from 'vitest'
import { headerRows, orientationText } from '../../../../src/webview/panels/headerRows.js'

it('says where the stored axes point', () => {
  expect(orientationText([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])).toBe('RAS')
  expect(orientationText([0, 0, -2, 0, -1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 1])).toBe('PSL')
  const [c, s] = [Math.cos(0.2), Math.sin(0.2)]
  expect(orientationText([1, 0, 0, 0, 0, c, -s, 0, 0, s, c, 0, 0, 0, 0, 1])).toBe('RAS, turned by 11.5°')
})

it('says size, spacing and extent, and time points where there are some', () => {
  const facts = { timePoints: 4, dtype: 'int16', headerText: '', warnings: [] }
  const rows = new Map(
    headerRows({ size: [10, 20, 5], affine: [0.9, 0, 0, -5, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1], facts, isCt: false }),
  )
  expect(rows.get('Voxels')).toBe('10 × 20 × 5')
  expect(rows.get('Spacing')).toBe('0.9 × 1 × 3 mm')
  expect(rows.get('Extent')).toBe('9 × 20 × 15 mm')
  expect(rows.get('First voxel')).toBe('-5, 0, 0 mm (RAS)')
  expect(rows.get('Time points')).toBe('4')
  expect(rows.get('Kind')).toMatch(/^no CT/)
})
