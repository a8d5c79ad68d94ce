import type { PointMm } from '../../shared/geometry/points.js'

/** Where the user wants to go. */
export type Place =
  { readonly kind: 'slice'; readonly number: number } | { readonly kind: 'point'; readonly pointMm: PointMm }

/** Reads "34" as a slice and "12, -30.5, 70" as a point in mm; null for anything else. */
export function parsePlace(text: string): Place | null {
  const numbers = text
    .trim()
    .split(/[\s,;]+/)
    .map(Number)
  if (numbers.some((number) => !Number.isFinite(number))) return null
  const [x, y, z] = numbers
  if (numbers.length === 1 && Number.isInteger(x) && x > 0) return { kind: 'slice', number: x }
  return numbers.length === 3 ? { kind: 'point', pointMm: [x, y, z] } : null
}
