import { expect, test } from 'vitest'
import { mapHu } from '../../../../src/engine/volume/huMap.js'

const KNOTS = [
  [-1000, 0],
  [-200, 0.2],
  [200, 0.8],
  [1500, 1],
] as const

test('mapHu runs straight between knots and holds its ends', () => {
  const data = Float32Array.of(-3000, -1000, -600, -200, 0, 200, 850, 1500, 4000)
  mapHu(data, KNOTS)
  ;[0, 0, 0.1, 0.2, 0.5, 0.8, 0.9, 1, 1].forEach((value, i) => {
    expect(data[i]).toBeCloseTo(value, 6)
  })
})
