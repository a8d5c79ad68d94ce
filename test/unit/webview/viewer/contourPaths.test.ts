import { describe, expect, it } from 'vitest'
import { contourPaths } from '../../../../src/webview/viewer/contourPaths.js'

/** All numbers of a path, as points. */
function points(path: string): [number, number][] {
  return [...path.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)])
}

describe('outlines of labels', () => {
  it('run around a pixel, never through its neighbours', () => {
    const paths = contourPaths(Uint16Array.from([0, 0, 0, 0, 5, 0, 0, 0, 0]), 3, 3)
    expect([...paths.keys()]).toEqual([5])
    const ring = points(paths.get(5) ?? '')
    expect(ring).toHaveLength(8)
    for (const [x, y] of ring) expect(Math.abs(x - 1) + Math.abs(y - 1)).toBeCloseTo(0.5)
  })

  it('close at the border of the slice', () => {
    const ring = points(contourPaths(Uint16Array.from([1, 1, 1, 1]), 2, 2).get(1) ?? '')
    expect(Math.min(...ring.map(([x]) => x))).toBe(-0.5)
    expect(Math.max(...ring.map(([, y]) => y))).toBe(1.5)
  })

  it('are one per label where labels touch, and one per piece', () => {
    const paths = contourPaths(Uint16Array.from([1, 2, 0, 1]), 4, 1)
    expect(paths.get(1)?.match(/M/g)).toHaveLength(2)
    expect(paths.get(2)?.match(/M/g)).toHaveLength(1)
    expect(paths.get(2)?.match(/Z/g)).toHaveLength(1)
  })

  it('have a hole where the label has one', () => {
    const ring = Uint16Array.from([1, 1, 1, 1, 0, 1, 1, 1, 1])
    expect(contourPaths(ring, 3, 3).get(1)?.match(/M/g)).toHaveLength(2)
  })
})
