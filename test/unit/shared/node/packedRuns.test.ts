import { describe, expect, it } from 'vitest'
import { packRuns, unpackRuns, unpackRunsWithin } from '../../../../src/shared/node/packedRuns.js'

const RUNS = Int32Array.of(0, 3, 0, 1, 10, 2, 1, 0)

describe('changed voxels as text', () => {
  it('come back as they were', () => {
    expect(unpackRuns(packRuns(RUNS))).toEqual(RUNS)
    expect(unpackRuns('')).toEqual(new Int32Array(0))
  })

  it('are refused where numbers are missing or voxels lie outside of the labels', () => {
    expect(unpackRuns(packRuns(RUNS.subarray(1)))).toBeNull()
    expect(unpackRunsWithin(packRuns(RUNS), 12)).toEqual(RUNS)
    expect(unpackRunsWithin(packRuns(RUNS), 11)).toBeNull()
    expect(unpackRunsWithin('', 0)).toEqual(new Int32Array(0))
  })
})
