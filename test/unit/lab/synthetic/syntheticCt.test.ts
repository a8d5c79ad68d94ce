import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { makeSyntheticCt, type SyntheticCt } from '../../../../src/lab/synthetic/syntheticCt.js'
import { extremePointsOfLabels } from '../../../../src/engine/labels/extremePoints.js'

const made = new Map<number, SyntheticCt>()
const coarse = (seed: number): SyntheticCt => makeSyntheticCt({ seed, spacingMm: [5, 5, 5] })
/** Made once per seed for all tests. */
const patient = (seed: number): SyntheticCt => {
  const known = made.get(seed) ?? coarse(seed)
  made.set(seed, known)
  return known
}
const hash = (data: Int16Array | Uint8Array): string => createHash('sha256').update(data).digest('hex')

describe('makeSyntheticCt', () => {
  test('gives the same bytes for the same seed, other bytes for another', () => {
    const [first, again, other] = [patient(1), coarse(1), patient(2)]
    expect(hash(again.ct.data)).toBe(hash(first.ct.data))
    expect(hash(again.labels.data)).toBe(hash(first.labels.data))
    expect(hash(other.ct.data)).not.toBe(hash(first.ct.data))
  })

  test.each([1, 2, 3, 5])('seed %i has all organs whole, where they belong, with HU of their tissue', (seed) => {
    const { ct, labels, structures } = patient(seed)
    const organs = new Map(extremePointsOfLabels(labels).map((organ) => [organ.labelValue, organ]))
    expect([...organs.keys()]).toEqual(structures.map(({ labelValue }) => labelValue))
    const of = (
      name: string,
    ): { points: (typeof organs extends Map<number, infer O> ? O : never)['points']; median: number; ml: number } => {
      const labelValue = structures.find((s) => s.name === name)?.labelValue ?? 0
      const organ = organs.get(labelValue)
      if (organ === undefined) throw new Error(`${name} is missing`)
      const hu = [...ct.data].filter((_, i) => labels.data[i] === labelValue).sort((a, b) => a - b)
      return { points: organ.points, median: hu[hu.length >> 1], ml: (organ.voxels * 125) / 1000 }
    }
    const [brainstem, cord, right, left, esophagus, larynx, mandible] = structures.map(({ name }) => of(name))
    for (const organ of organs.values()) expect(organ.onePiece).toBe(true)
    expect(left.points.right[0]).toBeLessThan(right.points.left[0])
    expect(brainstem.points.inferior[2]).toBeGreaterThanOrEqual(cord.points.superior[2] - 5)
    expect(mandible.points.inferior[2]).toBeGreaterThan(larynx.points.inferior[2])
    expect(larynx.points.inferior[2]).toBeGreaterThan(esophagus.points.superior[2] - 25)
    expect(mandible.median).toBeGreaterThan(400)
    for (const soft of [brainstem, cord, right, left, esophagus]) {
      expect(soft.median).toBeGreaterThan(-60)
      expect(soft.median).toBeLessThan(130)
    }
    for (const [organ, low, high] of [
      [brainstem, 15, 45],
      [cord, 15, 45],
      [right, 12, 50],
      [left, 12, 50],
      [esophagus, 5, 25],
      [larynx, 12, 45],
      [mandible, 35, 100],
    ] as const) {
      expect(organ.ml).toBeGreaterThan(low)
      expect(organ.ml).toBeLessThan(high)
    }
  })

  test('is a body in air with lungs and bone, not a cube', () => {
    const { ct } = patient(2)
    const part = (from: number, to: number): number =>
      ct.data.filter((hu) => hu >= from && hu < to).length / ct.data.length
    expect(part(-1100, -900)).toBeGreaterThan(0.4)
    expect(part(-900, -600)).toBeGreaterThan(0.01)
    expect(part(-150, -50)).toBeGreaterThan(0.02)
    expect(part(20, 120)).toBeGreaterThan(0.1)
    expect(part(300, 3072)).toBeGreaterThan(0.01)
  })

  test('covers the asked length at the asked spacing', () => {
    const { ct, labels } = makeSyntheticCt({ seed: 3, spacingMm: [6, 6, 10], lengthMm: 200 })
    expect(ct.size).toEqual([85, 47, 20])
    expect(labels.size).toEqual(ct.size)
    expect([ct.affine[0], ct.affine[5], ct.affine[10]]).toEqual([6, 6, 10])
  })
})
