import { describe, expect, it } from 'vitest'
import { nextDiameterMm } from '../../../../src/webview/control/editState.js'

describe('the size of a brush', () => {
  it('grows and shrinks in round steps, down to half a millimetre and up to ten centimetres', () => {
    const up = [0.5]
    while (up[up.length - 1] < 100) up.push(nextDiameterMm(up[up.length - 1], 1))
    expect(up.slice(0, 8)).toEqual([0.5, 1, 1.5, 2, 2.5, 3, 4, 5])
    expect(up.every((mm) => mm % 0.5 === 0)).toBe(true)
    expect(up.length).toBeLessThan(25)
    let down = 100
    for (let step = 0; step < 40; step++) down = nextDiameterMm(down, -1)
    expect(down).toBe(0.5)
  })
})
