import type { TemplateSet } from '../../shared/templateSet.js'
import type { MedlamModel } from '../medlam/model.js'
import { mean, medianInPlace } from '../numeric/statistics.js'
import { buildBank, type BuildBankOptions } from './buildBank.js'

/** How well the other templates find one structure in one template scan. */
export interface TemplateCheckRow {
  readonly template: string
  readonly structure: string
  /** Mean over the six walls of the distance in mm. */
  readonly wallErrorMm: number
  /** True when this is far worse than the structure usually is. */
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

/**
 * Localizes template scans (the first ten) with the other templates and compares with their own points, so
 * that a misplaced point or an unlike scan shows.
 */
export async function checkTemplates(
  model: MedlamModel,
  set: TemplateSet,
  setFile: string,
  options: BuildBankOptions = {},
): Promise<TemplateCheck> {
  const { problems, leftOut } = await buildBank(model, set, setFile, options)
  const errors = new Map<string, { template: string; structure: string; walls: number[] }>()
  for (const { scan: template, structure, outsideMm } of leftOut) {
    const key = JSON.stringify([template, structure])
    const row = errors.get(key) ?? { template, structure, walls: [] }
    row.walls.push(Math.abs(outsideMm))
    errors.set(key, row)
  }
  const rows = [...errors.values()].map(({ template, structure, walls }) => ({
    template,
    structure,
    wallErrorMm: mean(walls),
  }))
  return {
    problems,
    rows: rows.map((row) => {
      const usual = medianInPlace(
        Float64Array.from(
          rows.filter((other) => other.structure === row.structure),
          (other) => other.wallErrorMm,
        ),
      )
      return { ...row, flagged: row.wallErrorMm > BAD_ERROR_MM && row.wallErrorMm > BAD_RATIO * usual }
    }),
  }
}
