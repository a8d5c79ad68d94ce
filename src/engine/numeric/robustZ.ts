import { median } from './statistics.js'

/** Deviation that a normal distribution's median absolute deviation of 1 stands for. */
const MAD_TO_SIGMA = 1.4826

/**
 * Robust z-scores: distances from the median in units of the median absolute deviation (scaled to a standard
 * deviation), as Iglewicz and Hoaglin advise for outliers. Far scans do not widen the scale they are measured with.
 * @param leastScale the scale is never taken smaller, so that a cohort of near twins makes nobody an outlier
 */
export function robustZ(values: readonly number[], leastScale: number): number[] {
  const middle = median(values)
  const scale = Math.max(leastScale, MAD_TO_SIGMA * median(values.map((value) => Math.abs(value - middle))))
  return values.map((value) => (value - middle) / scale)
}
