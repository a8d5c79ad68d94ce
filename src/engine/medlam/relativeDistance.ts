import type { Agent } from './scanEmbedding.js'
import type { Sal } from './salFrame.js'

/** Displacement in mm from an agent to a target: `r * tanh(f(target) - f(agent))` (spec section 4). */
export function relativeDistanceMm(rangeMm: Sal, query: Sal, agent: Sal): Sal {
  return [
    rangeMm[0] * Math.tanh(query[0] - agent[0]),
    rangeMm[1] * Math.tanh(query[1] - agent[1]),
    rangeMm[2] * Math.tanh(query[2] - agent[2]),
  ]
}

/** Median of numbers; mean of the two middle ones for an even count, NaN for none. Sorts its argument. */
export function medianInPlace(values: Float64Array): number {
  const n = values.length
  if (n === 0) return NaN
  values.sort()
  return n % 2 === 1 ? values[(n - 1) / 2] : (values[n / 2 - 1] + values[n / 2]) / 2
}

/** Where the agents think a target is: the median per axis of their votes, in mm of the prepared volume's frame. */
export function voteMedian(agents: readonly Agent[], positionsMm: readonly Sal[], query: Sal, rangeMm: Sal): Sal {
  const votes = [new Float64Array(agents.length), new Float64Array(agents.length), new Float64Array(agents.length)]
  agents.forEach((agent, i) => {
    const d = relativeDistanceMm(rangeMm, query, agent.latent)
    for (let axis = 0; axis < 3; axis++) votes[axis][i] = positionsMm[i][axis] + d[axis]
  })
  return [medianInPlace(votes[0]), medianInPlace(votes[1]), medianInPlace(votes[2])]
}
