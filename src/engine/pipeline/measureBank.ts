import { boxOfPoints } from '../../shared/geometry/points.js'
import { wallErrorsMm } from '../../shared/geometry/wallErrors.js'
import { MedlsamError, throwIfCancelled } from '../../shared/medlsamError.js'
import { DEFAULT_RUN_OPTIONS } from '../../shared/requests.js'
import { defined } from '../../shared/defined.js'
import type { MedlamModel } from '../medlam/model.js'
import type { MeasuredBox } from '../medlam/reliability.js'
import type { TemplateBank } from '../medlam/templateBank.js'
import { mean } from '../numeric/statistics.js'
import { readLabelMap } from '../scanFiles/readLabelMap.js'
import { readScan } from '../scanFiles/readScan.js'
import { knownPoints, type KnownScan } from '../templates/knownPoints.js'
import { localizeScan } from './localizeScan.js'
import type { RunHooks } from './runHooks.js'
import { startClock } from './stageClock.js'

/** A bank and what finds structures with it. */
export interface MeasureTask {
  readonly model: MedlamModel
  readonly bank: TemplateBank
  readonly threads?: number | undefined
}

/** Boxes that a bank found by alignment where the true ones are known, and a sentence per scan that could not be used. */
export interface MeasuredBank {
  readonly boxes: readonly MeasuredBox[]
  readonly problems: readonly string[]
}

/**
 * Finds the structures of a bank in scans with label maps, and compares. Templates of the bank are passed over, and organs
 * that the field of view cuts.
 * @throws MedlsamError `cancelled`; `input` when no scan shows a structure of the bank
 */
export async function measureBank(
  { model, bank, threads }: MeasureTask,
  scans: readonly KnownScan[],
  { signal, onProgress }: Pick<RunHooks, 'signal' | 'onProgress'> = {},
): Promise<MeasuredBank> {
  const templates = new Set(bank.templates.map(({ sha256 }) => sha256))
  const clock = startClock(onProgress)
  clock.start('localize')
  const boxes: MeasuredBox[] = []
  const problems: string[] = []
  for (const [index, { scan: file, labels, structures }] of scans.entries()) {
    throwIfCancelled(signal)
    clock.report(index, scans.length, file)
    try {
      const scan = await readScan(file, { forceHu: true })
      if (templates.has(scan.sha256)) continue
      const known = knownPoints(await readLabelMap(labels), structures, bank)
      if (known.size === 0) continue
      const options = { ...DEFAULT_RUN_OPTIONS, minConfidence: 0 }
      const task = { model, bank, structures: bank.structures, options, threads }
      const found = await localizeScan(task, scan, defined({ signal }))
      for (const { name, confidence, boxMm, foundBy } of found.structures) {
        const truth = known.get(name)
        if (truth === undefined || boxMm === null || foundBy !== 'align') continue
        const errorsMm = Object.values(wallErrorsMm(boxMm, boxOfPoints(truth)))
        boxes.push({ confidence, errorMm: mean(errorsMm.map(Math.abs)) })
      }
    } catch (error) {
      if (!(error instanceof MedlsamError) || error.kind === 'cancelled') throw error
      problems.push(`${file} teaches nothing: ${error.message}`)
    }
  }
  if (boxes.length === 0)
    throw new MedlsamError(
      'input',
      `In none of the ${scans.length} labelled scans is a whole structure of the templates ${bank.name} found: give scans that are no templates, with the same structure names. ${problems.join(' ')}`.trim(),
    )
  return { boxes, problems }
}
