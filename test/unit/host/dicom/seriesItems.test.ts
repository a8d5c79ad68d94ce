import { describe, expect, it } from 'vitest'
import { seriesItems } from '../../../../src/host/dicom/seriesItems.js'
import type { OpenableSeries } from '../../../../src/shared/openableSeries.js'

const THORAX: OpenableSeries = {
  ...{ description: 'Thorax $(trash) 1.0', modality: 'CT', slices: 300, pixels: [512, 512] },
  ...{ spacingMm: [0.7, 0.7, 1.25], uidEnd: '8.1001', file: '/s/IM1', problem: null },
}
const REPORT: OpenableSeries = {
  ...{ description: '', modality: 'SR', slices: 1, pixels: [0, 0], spacingMm: null, uidEnd: '8.9' },
  ...{ file: null, problem: 'not CT' },
}

describe('the list of series', () => {
  it('says what each is, and of those that are left out why', () => {
    expect(seriesItems([REPORT, THORAX])).toEqual({
      scans: [
        {
          label: String.raw`Thorax \$(trash) 1.0`,
          description: 'CT · 300 images · 512 × 512 · 0.70 × 0.70 × 1.25 mm · UID …8.1001',
          file: '/s/IM1',
        },
      ],
      leftOut: [
        {
          label: 'Without description',
          description: 'SR · 1 image · UID …8.9',
          detail: 'Left out: not CT',
          file: null,
        },
      ],
    })
  })
})
