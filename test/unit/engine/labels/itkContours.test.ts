import { describe, expect, test } from 'vitest'
import { interpolateContours } from '../../../../src/engine/labels/itkContours.js'

describe('interpolateContours', () => {
  const SHAPE = [24, 20, 13] as const
  const at = (x: number, y: number, z: number): number => x + SHAPE[0] * (y + SHAPE[1] * z)
  /** Two balls of different labels. */
  const balls = (): Uint8Array => {
    const labels = new Uint8Array(SHAPE[0] * SHAPE[1] * SHAPE[2])
    for (let z = 0; z < SHAPE[2]; z++) {
      for (let y = 0; y < SHAPE[1]; y++) {
        for (let x = 0; x < SHAPE[0]; x++) {
          if (Math.hypot(x - 7, y - 9, z - 6) < 5.5) labels[at(x, y, z)] = 3
          if (Math.hypot(x - 17, y - 10, z - 6) < 4.5) labels[at(x, y, z)] = 200
        }
      }
    }
    return labels
  }
  const everySecond = (labels: Uint8Array): Uint8Array =>
    labels.map((value, i) => (Math.floor(i / (SHAPE[0] * SHAPE[1])) % 2 === 0 ? value : 0))

  test('fills the slices between, label by label, and leaves the given ones alone', async () => {
    const whole = balls()
    const given = everySecond(whole)
    const filled = await interpolateContours(given, SHAPE)
    for (const label of [3, 200]) {
      const count = (of: (i: number) => boolean): number => whole.reduce((n, _, i) => n + (of(i) ? 1 : 0), 0)
      const dice =
        (2 * count((i) => whole[i] === label && filled[i] === label)) /
        (count((i) => whole[i] === label) + count((i) => filled[i] === label))
      expect(dice).toBeGreaterThan(0.93)
    }
    given.forEach((value, i) => {
      if (value > 0) expect(filled[i]).toBe(value)
    })
  })

  test('keeps 16-bit labels and an empty map', async () => {
    const filled = await interpolateContours(
      Uint16Array.from(everySecond(balls()), (v) => v * 100),
      SHAPE,
    )
    expect(filled).toBeInstanceOf(Uint16Array)
    expect(filled[at(7, 9, 5)]).toBe(300)
    expect((await interpolateContours(new Uint8Array(24), [4, 3, 2])).every((v) => v === 0)).toBe(true)
  })
})
