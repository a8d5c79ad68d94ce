import { MedlsamError } from '../../shared/medlsamError.js'
import type { Calibration, TemplateBank } from '../medlam/templateBank.js'
import { embedScan } from '../medlam/embed.js'
import type { MedlamModel } from '../medlam/model.js'
import { prepareVolume } from '../medlam/prepare.js'
import { readLabelMap } from '../scanFiles/readLabelMap.js'
import { readScan } from '../scanFiles/readScan.js'
import { knownPoints, type KnownScan } from './knownPoints.js'
import { calibrate, measureOn, type MeasuredPoint } from './leaveOneOut.js'

/** What accompanies it. */
export interface CalibrateHooks {
  readonly checkCancelled?: () => void
  readonly onProgress?: (done: number, total: number, scan: string) => void
}

/**
 * Finds the structures of a bank in scans with label maps, and learns how far off their walls usually are.
 * Templates of the bank are passed over, and organs that the field of view cuts, whose ends are not their own.
 * Scans that cannot be used are named in `problems`.
 * @throws MedlsamError `input` when no scan teaches anything
 */
export async function calibrateOnScans(
  model: MedlamModel,
  bank: TemplateBank,
  scans: readonly KnownScan[],
  { checkCancelled, onProgress }: CalibrateHooks = {},
): Promise<{ readonly calibrations: Map<string, Calibration>; readonly problems: readonly string[] }> {
  const templates = new Set(bank.templates.map(({ sha256 }) => sha256))
  const points: MeasuredPoint[] = []
  const problems: string[] = []
  for (const [index, { scan: file, labels, structures }] of scans.entries()) {
    checkCancelled?.()
    onProgress?.(index, scans.length, file)
    try {
      const scan = await readScan(file, { forceHu: true })
      if (templates.has(scan.sha256)) continue
      const known = knownPoints(await readLabelMap(labels), structures, bank)
      if (known.size === 0) continue
      const embedding = embedScan(model, prepareVolume(scan, model.card))
      points.push(...(await measureOn(bank, embedding, { scan: file, known }, () => checkCancelled?.())))
    } catch (error) {
      if (!(error instanceof MedlsamError) || error.kind === 'cancelled') throw error
      problems.push(`${file} teaches nothing: ${error.message}`)
    }
  }
  onProgress?.(scans.length, scans.length, '')
  if (points.length === 0) {
    throw new MedlsamError(
      'input',
      `None of the ${scans.length} labelled scans shows a whole structure of the templates ${bank.name}: give scans that are no templates, with the same structure names. ${problems.join(' ')}`.trim(),
    )
  }
  return { calibrations: calibrate(points, { shifts: true }), problems }
}
