import type { LocalizedStructure, Structure } from '../../shared/structure.js'
import type { RunOptions } from '../../shared/sidecar.js'
import { throwIfCancelled } from '../../shared/medlsamError.js'
import type { TemplateBank } from '../medlam/templateBank.js'
import { embedScan } from '../medlam/embed.js'
import { localizeStructures } from '../medlam/localizeStructures.js'
import type { MedlamModel } from '../medlam/model.js'
import { prepareVolume } from '../medlam/prepare.js'
import type { ScanEmbedding } from '../medlam/scanEmbedding.js'
import { boxToVoxels, volumeBox } from '../volume/boxConversion.js'
import type { Scan } from '../../shared/geometry/volume.js'

/** What to find, and with what. */
export interface LocalizeTask {
  readonly model: MedlamModel
  readonly bank: TemplateBank
  /** Of the bank. */
  readonly structures: readonly Structure[]
  readonly options: RunOptions
}

/** What accompanies localization. */
export interface LocalizeHooks {
  readonly signal?: AbortSignal
  readonly onStructure?: (structure: LocalizedStructure) => void
  readonly onProgress?: (done: number, total: number) => void
}

/** The parts of a scan that localization looks at. */
type ScanVoxels = Pick<Scan, 'data' | 'size' | 'affine'>

/** Localizes structures in a scan that has been read. No ground truth is ever asked for. @throws MedlsamError `cancelled` */
export async function localizeScan(
  task: LocalizeTask,
  scan: ScanVoxels,
  hooks: LocalizeHooks = {},
): Promise<readonly LocalizedStructure[]> {
  const { model } = task
  return localizeEmbedded(task, scan, embedScan(model, prepareVolume(scan, model.card)), hooks)
}

/** {@link localizeScan} for a scan that the model looks at already, so that several runs share its passes. */
export async function localizeEmbedded(
  { bank, structures, options }: LocalizeTask,
  scan: ScanVoxels,
  embedding: ScanEmbedding,
  { signal, onStructure, onProgress }: LocalizeHooks = {},
): Promise<readonly LocalizedStructure[]> {
  const { procedure, seed, parts, minConfidence } = options
  const localized = await localizeStructures(embedding, bank, structures, volumeBox(scan), {
    procedure,
    seed,
    parts,
    minConfidence,
    checkCancelled: () => {
      throwIfCancelled(signal)
    },
    onProgress: (done, total) => onProgress?.(done, total),
  })
  const placed = localized.map((structure): LocalizedStructure => ({
    ...structure,
    boxVoxel: structure.boxMm === null ? null : boxToVoxels(scan, structure.boxMm),
  }))
  for (const structure of placed) onStructure?.(structure)
  return placed
}
