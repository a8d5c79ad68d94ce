import path from 'node:path'
import { chooseSeries } from './chooseSeries.js'
import type { FoundSeries } from './findSeries.js'

/**
 * What the names of a series' results begin with: the path of its folder, so that they lie beside it and never among
 * slices, and the number of the series where the folder holds several.
 * @throws MedlsamError `input` and `usage` as opening it does
 */
export function resultStem(found: FoundSeries, wanted?: string): string {
  const { number } = chooseSeries(found, wanted)
  const named = path.normalize(found.folder)
  const folder = /^(|\.{1,2})$/.test(path.basename(named)) ? path.resolve(named) : named
  const stem = path.join(path.dirname(folder), path.basename(folder))
  return number === null ? stem : `${stem}_series${number}`
}
