import { describe, expect, it } from 'vitest'
import { NO_CORRECTIONS } from '../../../../src/protocol/scanEditor.js'
import { FIRST_STATE, type EditorState, type ImageState } from '../../../../src/webview/control/editorState.js'
import { fixedSlices, isHeld, slicesText } from '../../../../src/webview/control/fixedSlices.js'

/** Stored from top to bottom, 2 mm apart. */
const grid: Pick<ImageState, 'size' | 'affine'> = {
  size: [4, 4, 10],
  affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -2, 18, 0, 0, 0, 1],
}
const at = (mm: number) => ({ pointMm: [1, 1, mm], isInside: true }) as const
const state: EditorState = {
  ...FIRST_STATE,
  edit: { ...FIRST_STATE.edit, isOn: true },
  image: {
    ...grid,
    isCt: true,
    fullWindow: { levelHu: 0, widthHu: 1 },
    facts: {} as ImageState['facts'],
    timePoint: 0,
  },
  labels: {
    ...FIRST_STATE.labels,
    activeLabel: 2,
    drawnSlices: [
      { labelValue: 2, slice: 7 },
      { labelValue: 3, slice: 8 },
    ],
  },
  corrections: { ...NO_CORRECTIONS, labelValue: 2, points: [at(6.4), at(6)], fixedSlices: [4] },
}

describe('fixed slices', () => {
  it('are those with points, strokes or the wish to keep them, of the structure that is edited', () => {
    expect(fixedSlices(state)).toEqual([3, 4, 7])
    expect(fixedSlices({ ...state, labels: { ...state.labels, activeLabel: 3 } })).toEqual([4, 8])
    expect(fixedSlices({ ...state, edit: FIRST_STATE.edit })).toEqual([])
  })

  it('can be let go, but for those with points', () => {
    expect([3, 4, 7, 8].map((slice) => isHeld(state, slice))).toEqual([false, true, true, false])
  })

  it('are said as the planes number them, neighbours together', () => {
    expect(slicesText([2])).toBe('3')
    expect(slicesText([2, 11, 12, 13, 19])).toBe('3, 12–14, 20')
  })
})
