/** How each output sample along one axis is mixed from a run of input samples. */
export interface AxisWeights {
  /** First input sample of each output sample. */
  readonly first: Int32Array
  /** `taps` weights per output sample, summing to 1. */
  readonly weights: Float32Array
  readonly taps: number
  readonly length: number
}

/**
 * Linear interpolation weights along one axis. When the output is coarser than the input the
 * triangle is widened, so that nothing between two output samples is lost (antialiasing).
 * @param inputLength Samples there are; positions outside take the nearest one's place.
 * @param outputLength Samples wanted.
 * @param step Input samples per output sample.
 * @param start Input position of the leading edge of output sample 0; 0 is the leading edge of input sample 0.
 */
export function axisWeights(inputLength: number, outputLength: number, step: number, start = 0): AxisWeights {
  const reach = Math.max(1, step)
  const taps = Math.min(inputLength, Math.ceil(2 * reach) + 1)
  const first = new Int32Array(outputLength)
  const weights = new Float32Array(outputLength * taps)
  for (let o = 0; o < outputLength; o++) {
    const centre = Math.min(Math.max(start + (o + 0.5) * step, 0.5), inputLength - 0.5)
    const from = Math.min(Math.max(Math.floor(centre - reach + 0.5), 0), inputLength - taps)
    first[o] = from
    let sum = 0
    for (let t = 0; t < taps; t++) {
      const weight = Math.max(0, 1 - Math.abs(from + t + 0.5 - centre) / reach)
      weights[o * taps + t] = weight
      sum += weight
    }
    for (let t = 0; t < taps; t++) weights[o * taps + t] /= sum
  }
  return { first, weights, taps, length: outputLength }
}

/**
 * Resamples a plane along both axes.
 * @param input Row-major samples.
 * @param inputWidth Samples from one row to the next.
 * @param offset Index of the first sample of the plane in `input`.
 * @returns Row-major, `x.length` wide and `y.length` high.
 */
export function resamplePlane(
  input: Float32Array,
  inputWidth: number,
  x: AxisWeights,
  y: AxisWeights,
  offset = 0,
): Float32Array {
  const output = new Float32Array(x.length * y.length)
  // A row of the input is needed by neighbouring rows of the output, so each is resampled once.
  const rows = new Map<number, Float32Array>()
  for (let o = 0; o < y.length; o++) {
    const from = y.first[o]
    for (const row of rows.keys()) if (row < from) rows.delete(row)
    const target = output.subarray(o * x.length, (o + 1) * x.length)
    for (let t = 0; t < y.taps; t++) {
      const weight = y.weights[o * y.taps + t]
      if (weight === 0) continue
      let row = rows.get(from + t)
      if (row === undefined) {
        row = resampleRow(input, offset + (from + t) * inputWidth, x)
        rows.set(from + t, row)
      }
      for (let i = 0; i < row.length; i++) target[i] += weight * row[i]
    }
  }
  return output
}

function resampleRow(input: Float32Array, start: number, { first, weights, taps, length }: AxisWeights): Float32Array {
  const row = new Float32Array(length)
  for (let o = 0; o < length; o++) {
    const from = start + first[o]
    let sum = 0
    for (let t = 0; t < taps; t++) sum += weights[o * taps + t] * input[from + t]
    row[o] = sum
  }
  return row
}
