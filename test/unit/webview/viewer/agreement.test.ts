import { describe, expect, it } from 'vitest'
import { agreementOn } from '../../../../src/webview/viewer/agreement.js'
import { colorTable } from '../../../../src/webview/viewer/slicePixels.js'

const structures = [
  { labelValue: 1, color: '#ff0000' },
  { labelValue: 2, color: '#00ff00' },
]
// Values 5 and 6 of the reference are 1 and 2 here; 9 is a structure that is not here.
const valueOf = new Uint16Array([0, 0, 0, 0, 0, 1, 2])
const labels = new Uint16Array([0, 1, 1, 0, 1, 0, 2])
const reference = new Uint16Array([0, 5, 0, 5, 6, 9, 6])

const agreement = (hidden: readonly number[]): number[] => [
  ...agreementOn(labels, reference, valueOf, colorTable(structures, hidden)),
]

describe('agreement of labels with a reference', () => {
  it('tells what is in both, in one alone, and in different structures', () => {
    expect(agreement([])).toEqual([0, 1, 2, 3, 4, 3, 1])
  })

  it('leaves out structures that are hidden, and those that have no row to show them by', () => {
    expect(agreement([2])).toEqual([0, 1, 2, 3, 2, 0, 0])
    expect(agreement([1, 2])).toEqual([0, 0, 0, 0, 0, 0, 0])
  })
})
