/** A stream of numbers in [0, 1); the same seed gives the same stream on every machine. */
export type Random = () => number

/** Makes a stream from a 32-bit seed (mulberry32, public domain, T. Ettinger). */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** A number evenly spread over [low, high). */
export function uniform(random: Random, low: number, high: number): number {
  return low + (high - low) * random()
}

/** A number of the normal distribution with mean 0 and deviation 1 (Box-Muller). */
export function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
