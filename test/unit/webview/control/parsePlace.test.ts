import { describe, expect, it } from 'vitest'
import { parsePlace } from '../../../../src/webview/control/parsePlace.js'

describe('a place that is written', () => {
  it.each([
    ['34', { kind: 'slice', number: 34 }],
    [' 12, -30.5,70 ', { kind: 'point', pointMm: [12, -30.5, 70] }],
    ['1 2 3', { kind: 'point', pointMm: [1, 2, 3] }],
    ['0', null],
    ['1.5', null],
    ['1, 2', null],
    ['a, b, c', null],
  ])('is a slice, a point or nothing: %s', (text, place) => {
    expect(parsePlace(text)).toEqual(place)
  })
})
