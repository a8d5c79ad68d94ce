import { medianInPlace } from '../numeric/statistics.js'
import { salMm, type Latent, type SalMm } from './salFrame.js'
import type { Agent } from './scanEmbedding.js'

/**
 * Displacement from an agent to a landmark: `r * tanh(f(landmark) - f(agent))` (docs/method.md, section 4).
 * @param rangeMm `r`, the largest distance the model can express along each axis
 */
export function relativeDistanceMm(rangeMm: SalMm, landmark: Latent, agent: Latent): SalMm {
  return salMm(
    rangeMm[0] * Math.tanh(landmark[0] - agent[0]),
    rangeMm[1] * Math.tanh(landmark[1] - agent[1]),
    rangeMm[2] * Math.tanh(landmark[2] - agent[2]),
  )
}

/**
 * Where the agents place a landmark: the median of their votes along each axis.
 * @param positionsMm where the agents are, in their order
 */
export function voteMedian(
  agents: readonly Agent[],
  positionsMm: readonly SalMm[],
  landmark: Latent,
  rangeMm: SalMm,
): SalMm {
  const votes = [new Float64Array(agents.length), new Float64Array(agents.length), new Float64Array(agents.length)]
  agents.forEach((agent, i) => {
    const d = relativeDistanceMm(rangeMm, landmark, agent.latent)
    for (let axis = 0; axis < 3; axis++) votes[axis][i] = positionsMm[i][axis] + d[axis]
  })
  return salMm(medianInPlace(votes[0]), medianInPlace(votes[1]), medianInPlace(votes[2]))
}
