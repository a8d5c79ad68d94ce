import { describe, expect, it } from 'vitest'
import { relativeDistanceMm, voteMedian } from '../../../../src/engine/medlam/relativeDistance.js'
import { latentOf, salMm, salVoxel } from '../../../../src/engine/medlam/salFrame.js'

describe('relative distance', () => {
  it('is r times tanh of the difference, per axis', () => {
    expect(relativeDistanceMm(salMm(1500, 600, 600), latentOf(0.1, 0, -0.2), latentOf(0, 0, 0))).toEqual([
      1500 * Math.tanh(0.1),
      0,
      600 * Math.tanh(-0.2),
    ])
  })

  it('is outvoted by the majority when an agent is lost', () => {
    const agents = [0, 10, 20, 30].map((z) => ({ voxel: salVoxel(z, 0, 0), latent: latentOf(z / 1e6, 0, 0) }))
    const lost = { voxel: salVoxel(5, 0, 0), latent: latentOf(9, 9, 9) }
    const positions = [...agents, lost].map(({ voxel }) => salMm(voxel[0], voxel[1], voxel[2]))
    const vote = voteMedian([...agents, lost], positions, latentOf(50 / 1e6, 0, 0), salMm(1e6, 1e6, 1e6))
    expect(vote[0]).toBeCloseTo(50, 3)
  })
})
