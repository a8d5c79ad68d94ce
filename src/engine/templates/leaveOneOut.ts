import { EXTREME_SIDES, SIDE_AXIS, type ExtremeSide } from '../../protocol/geometry.js'
import type { BankTemplate, Calibration, TemplateBank } from '../medlam/bank.js'
import { localizeRobustly } from '../medlam/deploy.js'
import { salToRas } from '../medlam/frame.js'
import type { MedlamModel } from '../medlam/model.js'
import type { ScanEmbedding } from '../medlam/scanEmbedding.js'
import { listTargets } from '../medlam/target.js'

/** One point of one template as the other templates find it. */
export interface LeftOutPoint {
  readonly template: string
  readonly structure: string
  readonly side: ExtremeSide
  /** Distance in mm along the point's own axis. */
  readonly errorMm: number
  readonly similarity: number
}

/** Finds the structures of one template with the others. */
export async function localizeLeftOut(
  model: MedlamModel,
  bank: TemplateBank,
  leftOut: BankTemplate,
  embedding: ScanEmbedding,
  checkCancelled: () => void,
): Promise<LeftOutPoint[]> {
  const others: TemplateBank = { ...bank, templates: bank.templates.filter((template) => template !== leftOut) }
  const targets = listTargets(others, [...leftOut.structures.keys()], false)
  const found = await localizeRobustly(model, embedding, targets, checkCancelled, () => undefined)
  return found.flatMap(({ target: { structure, side }, pointMm, similarity }) => {
    const truth = leftOut.structures.get(structure)?.points[side].pointMm
    const { axis } = SIDE_AXIS[side]
    if (truth === undefined || similarity === null) return []
    return [{ template: leftOut.id, structure, side, errorMm: Math.abs(salToRas(pointMm)[axis] - truth[axis]), similarity }]
  })
}

/** What left-out templates teach about each structure; structures that only one template has are left out. */
export function calibrate(points: readonly LeftOutPoint[]): Map<string, Calibration> {
  const calibrations = new Map<string, Calibration>()
  for (const structure of new Set(points.map((point) => point.structure))) {
    const of = (side: ExtremeSide): LeftOutPoint[] => points.filter((point) => point.structure === structure && point.side === side)
    if (EXTREME_SIDES.some((side) => of(side).length === 0)) continue
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    calibrations.set(structure, {
      errorMm: EXTREME_SIDES.map((side) => mean(of(side).map((point) => point.errorMm))),
      similarity: EXTREME_SIDES.map((side) => mean(of(side).map((point) => point.similarity))),
    })
  }
  return calibrations
}
