/** A point of a piecewise-linear map: HU, value. */
export type HuKnot = readonly [number, number]

/**
 * Maps HU through straight lines between knots, in place; beyond the outer knots the end values hold.
 * @param data HU, replaced by mapped values
 * @param knots at least two, growing in HU
 */
export function mapHu(data: Float32Array, knots: readonly HuKnot[]): void {
  const last = knots.length - 1
  const [low, high] = [knots[0], knots[last]]
  const slopes = knots.slice(1).map((knot, i) => (knot[1] - knots[i][1]) / (knot[0] - knots[i][0]))
  for (let at = 0; at < data.length; at++) {
    const hu = data[at]
    if (hu <= low[0]) data[at] = low[1]
    else if (hu >= high[0]) data[at] = high[1]
    else {
      let i = 0
      while (hu > knots[i + 1][0]) i++
      data[at] = knots[i][1] + (hu - knots[i][0]) * slopes[i]
    }
  }
}
