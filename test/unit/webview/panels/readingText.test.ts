import { describe, expect, it } from 'vitest'
import { hoverText, readingText } from '../../../../src/webview/panels/readingText.js'

const CT = {
  pointMm: [1.25, -2, 3] as const,
  voxel: [4.4, 5.6, 6] as const,
  value: -40.4,
  isCt: true,
  labelValue: 0,
  secondValue: null,
}

describe('the reading', () => {
  it('says millimetres, voxels and HU, or that nothing is known', () => {
    expect(readingText(CT)).toBe('1.3, -2.0, 3.0 mm · voxel 4, 6, 6 · -40 HU')
    expect(readingText({ ...CT, value: NaN })).toMatch(/· – HU$/)
  })

  it('gives what is no CT no HU, and small values their digits', () => {
    expect(readingText({ ...CT, value: 0.1234, isCt: false })).toMatch(/· 0\.123$/)
  })

  it('names the structure under the mouse', () => {
    const structures = [{ labelValue: 3, name: 'Larynx' }]
    expect(hoverText({ ...CT, labelValue: 3 }, structures)).toMatch(/^Larynx · 1\.3/)
    expect(hoverText({ ...CT, labelValue: 9 }, structures)).toMatch(/^Label 9 · /)
    expect(hoverText(CT, structures)).toMatch(/^1\.3/)
  })

  it('gives the value of the image over the scan', () => {
    expect(hoverText({ ...CT, secondValue: 3.25 }, [])).toMatch(/-40 HU · over it 3\.25$/)
  })
})
