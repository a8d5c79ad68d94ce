import { describe, expect, it } from 'vitest'
import { toleranceMm } from '../../../../src/lab/evaluation/tolerances.js'

describe('tolerances', () => {
  it('are found however an organ is written, and can be given', () => {
    expect(
      ['Brainstem', 'Brain Stem', 'SpinalCord', 'parotid_gland_left', 'LeftSubmandibular', 'Mandible L', 'Brain'].map(
        (name) => toleranceMm(name),
      ),
    ).toEqual([2.5, 2.5, 3, 3, 2, 1, 1])
    expect(toleranceMm('Kidney')).toBe(2)
    expect(toleranceMm('Brain', { Brain: 1.5 })).toBe(1.5)
    expect(toleranceMm('Brain', { brain: 1.5 })).toBe(1.5)
  })
})
