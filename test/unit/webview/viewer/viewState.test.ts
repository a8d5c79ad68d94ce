import { describe, expect, it } from 'vitest'
import { FIRST_VIEW, firstView } from '../../../../src/webview/viewer/viewState.js'

describe('the view to begin with', () => {
  it('is the one of this scan as it was left', () => {
    const own = { ...FIRST_VIEW, levelHu: 7, layout: 'grid' as const }
    expect(firstView({ own, latest: FIRST_VIEW })).toEqual(own)
  })

  it('keeps habits for a scan that is new, and nothing about another scan', () => {
    const latest = {
      ...FIRST_VIEW,
      layout: 'grid' as const,
      opacity: 0.7,
      hiddenLabels: [3],
      crosshairMm: [1, 2, 3] as const,
    }
    expect(firstView({ own: null, latest })).toEqual({ ...FIRST_VIEW, layout: 'grid', opacity: 0.7 })
  })

  it('takes what an older version wrote for none', () => {
    expect(firstView({ own: { layout: 'multiplanar', panZoom: [0, 0, 0, 1] }, latest: 3 })).toEqual(FIRST_VIEW)
  })
})
