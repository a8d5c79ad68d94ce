import { mapSides, type ExtremePoints, type ExtremeSide, type PointMm } from '../../shared/geometry/points.js'
import { listLandmarkQueries } from './landmarkQuery.js'
import { localizeCoarsely } from './localizeCoarsely.js'
import { salToRas } from './salFrame.js'
import type { ScanEmbedding } from './scanEmbedding.js'
import type { TemplateBank } from './templateBank.js'

/**
 * Where relative distance regression alone (docs/method.md, section 4) puts the extreme points of all structures of a bank,
 * in RAS mm. It takes a sixth of the time of looking for what is most similar there.
 * @param checkCancelled called between network runs; throws to stop
 * @returns by structure name; empty where the scan shows only air
 */
export async function coarseExtremePoints(
  embedding: ScanEmbedding,
  bank: TemplateBank,
  checkCancelled: () => void,
): Promise<ReadonlyMap<string, ExtremePoints>> {
  if ((await embedding.bodyAgents()).length === 0) return new Map()
  const names = bank.structures.map(({ name }) => name)
  const queries = listLandmarkQueries(bank, names, false)
  const latents = queries.map(({ points }) => points.map(({ latent }) => latent))
  const estimates = await localizeCoarsely(embedding, latents, checkCancelled)
  const found = new Map<string, Map<ExtremeSide, PointMm>>()
  for (const [i, { structure, side }] of queries.entries()) {
    const sides = found.get(structure) ?? new Map<ExtremeSide, PointMm>()
    found.set(structure, sides.set(side, salToRas(estimates[i].estimateMm)))
  }
  return new Map([...found].map(([name, sides]) => [name, extremePointsOf(sides)]))
}

function extremePointsOf(sides: ReadonlyMap<ExtremeSide, PointMm>): ExtremePoints {
  return mapSides((side) => {
    const point = sides.get(side)
    if (point === undefined) throw new Error(`no ${side} point was looked for`)
    return point
  })
}
