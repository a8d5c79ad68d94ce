import type { BoxMm } from '../../protocol/geometry.js'
import { DEFAULT_RUN_OPTIONS } from '../../protocol/requests.js'
import type { TemplateSet } from '../../protocol/templateSet.js'
import type { TemplateBank } from '../medlam/bank.js'
import { boxOfPoints } from '../medlam/boxes.js'
import { medianInPlace } from '../medlam/relativeDistance.js'
import type { MedlamModel } from '../medlam/model.js'
import { localizeScan } from '../pipeline/localizeScan.js'
import type { StageClock } from '../pipeline/stageClock.js'
import { readScan } from '../volume/readScan.js'
import { buildBank, type BuildBankOptions } from './buildBank.js'
import { templateScanPath } from './templateSetFile.js'

/** How well the other templates find one structure in one template scan. */
export interface TemplateCheckRow {
  readonly template: string
  readonly structure: string
  /** Mean over the six walls of the distance in mm; null when the structure was not found. */
  readonly wallErrorMm: number | null
  /** True when this stands out: not found, or far worse than the structure usually is. */
  readonly flagged: boolean
}

/** A leave-one-out check of a template set. */
export interface TemplateCheck {
  readonly problems: readonly string[]
  readonly rows: readonly TemplateCheckRow[]
}

/** A wall error counts as bad above this many mm and this many times the structure's median. */
const BAD_ERROR_MM = 12
const BAD_RATIO = 2

/** Mean distance in mm of the six walls of two boxes. */
export function meanWallErrorMm(a: BoxMm, b: BoxMm): number {
  let sum = 0
  for (let axis = 0; axis < 3; axis++) sum += Math.abs(a.min[axis] - b.min[axis]) + Math.abs(a.max[axis] - b.max[axis])
  return sum / 6
}

/**
 * Localizes every template scan with the other templates and compares with its own points, so that a
 * misplaced point or an unlike scan shows.
 */
export async function checkTemplates(
  model: MedlamModel,
  set: TemplateSet,
  setFile: string,
  clock: StageClock,
  options: BuildBankOptions & { readonly signal?: AbortSignal } = {},
): Promise<TemplateCheck> {
  const { bank, problems } = await buildBank(model, set, setFile, options)
  const errors: { template: string; structure: string; wallErrorMm: number | null }[] = []
  for (const [index, template] of bank.templates.entries()) {
    clock.report(index, bank.templates.length, template.id)
    const scan = set.scans.find((candidate) => candidate.id === template.id)
    const others: TemplateBank = { ...bank, templates: bank.templates.filter((other) => other !== template) }
    if (scan === undefined) continue
    const wanted = bank.structures.filter(
      ({ name }) => name in scan.structures && others.templates.some((other) => other.structures.has(name)),
    )
    const volume = await readScan(templateScanPath(setFile, scan), { forceHu: true })
    const run = { ...DEFAULT_RUN_OPTIONS, parts: false, minConfidence: 0 }
    const { structures } = await localizeScan(model, volume, others, wanted, run, clock, options.signal === undefined ? {} : { signal: options.signal })
    for (const { name, boxMm } of structures) {
      const truth = boxOfPoints(scan.structures[name].points)
      errors.push({ template: template.id, structure: name, wallErrorMm: boxMm === null ? null : meanWallErrorMm(boxMm, truth) })
    }
  }
  const rows = errors.map((row) => {
    const usual = medianInPlace(Float64Array.from(errors.flatMap((other) => (other.structure === row.structure ? (other.wallErrorMm ?? []) : []))))
    const bad = row.wallErrorMm === null || (row.wallErrorMm > BAD_ERROR_MM && row.wallErrorMm > BAD_RATIO * usual)
    return { ...row, flagged: bad }
  })
  return { problems, rows }
}
