import type { LocalizedStructure, Structure } from '../../shared/structure.js'
import type { RunOptions } from '../../shared/sidecar.js'
import { throwIfCancelled } from '../../shared/medlsamError.js'
import type { TemplateBank } from '../medlam/templateBank.js'
import { embedScan } from '../medlam/embed.js'
import { localize } from '../medlam/localizeStructures.js'
import type { MedlamModel } from '../medlam/model.js'
import { prepareVolume } from '../medlam/prepare.js'
import type { ScanEmbedding } from '../medlam/scanEmbedding.js'
import { boxToVoxels, volumeBox } from '../volume/boxConversion.js'
import type { Scan } from '../../shared/geometry/volume.js'
import type { StageClock } from './stageClock.js'

/** The structures of a scan. */
export interface LocalizedScan {
  readonly structures: readonly LocalizedStructure[]
}

/** Localizes structures in a scan that has been read. No ground truth is ever asked for. */
export async function localizeScan(
  model: MedlamModel,
  scan: Pick<Scan, 'data' | 'size' | 'affine'>,
  bank: TemplateBank,
  structures: readonly Structure[],
  run: RunOptions,
  clock: StageClock,
  hooks: LocalizeHooks = {},
): Promise<LocalizedScan> {
  return localizeEmbedded(
    model,
    embedScan(model, prepareVolume(scan, model.card)),
    scan,
    bank,
    structures,
    run,
    clock,
    hooks,
  )
}

/** What accompanies localization. */
export interface LocalizeHooks {
  readonly signal?: AbortSignal
  readonly onStructure?: (structure: LocalizedStructure) => void
}

/** {@link localizeScan} for a scan that the model looks at already, so that several runs share its passes. */
export async function localizeEmbedded(
  model: MedlamModel,
  embedding: ScanEmbedding,
  scan: Pick<Scan, 'data' | 'size' | 'affine'>,
  bank: TemplateBank,
  structures: readonly Structure[],
  run: RunOptions,
  clock: StageClock,
  hooks: LocalizeHooks = {},
): Promise<LocalizedScan> {
  const localized = await localize(model, embedding, bank, structures, volumeBox(scan), {
    procedure: run.procedure,
    seed: run.seed,
    parts: run.parts,
    minConfidence: run.minConfidence,
    checkCancelled: () => {
      throwIfCancelled(hooks.signal)
    },
    onProgress: (done, total) => {
      clock.report(done, total)
    },
  })
  const placed = localized.map((structure): LocalizedStructure => ({
    ...structure,
    boxVoxel: structure.boxMm === null ? null : boxToVoxels(scan, structure.boxMm),
  }))
  for (const structure of placed) hooks.onStructure?.(structure)
  return { structures: placed }
}
