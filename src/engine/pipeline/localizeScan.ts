import type { LocalizedStructure, Structure } from '../../shared/structure.js'
import type { RunOptions } from '../../shared/sidecar.js'
import { defined } from '../../shared/defined.js'
import { throwIfCancelled } from '../../shared/medlsamError.js'
import type { TemplateBank } from '../medlam/templateBank.js'
import { coarseExtremePoints } from '../medlam/coarsePoints.js'
import { embedScan } from '../medlam/embed.js'
import { localizeStructures } from '../medlam/localizeStructures.js'
import type { MedlamModel } from '../medlam/model.js'
import { withinShareAt } from '../medlam/reliability.js'
import { prepareVolume } from '../medlam/prepare.js'
import type { ScanEmbedding } from '../medlam/scanEmbedding.js'
import { boxToVoxels, volumeBox } from '../../shared/geometry/boxConversion.js'
import type { Scan } from '../../shared/geometry/volume.js'
import { chooseLocalized, type AutoLocalization } from './chooseLocalized.js'
import { localizeByAlignment, type AlignmentLocalization, type AlignmentTask } from './localizeByAlignment.js'
import { boxAround, type Localization } from './localization.js'
import { startsOfLandmarks, startsOfPoints } from './startsOfLandmarks.js'

/** What to find, and with what. */
export interface LocalizeTask {
  readonly model: MedlamModel
  readonly bank: TemplateBank
  /** Of the bank. */
  readonly structures: readonly Structure[]
  readonly options: RunOptions
  /** Threads for alignment; one per core when absent. */
  readonly threads?: number | undefined
}

/** What accompanies localization. */
export interface LocalizeHooks {
  readonly signal?: AbortSignal
  readonly onStructure?: (structure: LocalizedStructure) => void
  readonly onProgress?: (done: number, total: number) => void
}

/** The parts of a scan that localization looks at. */
export type ScanVoxels = Pick<Scan, 'data' | 'size' | 'affine'>

/** Localizes structures in a scan that has been read. No ground truth is ever asked for. @throws MedlsamError `cancelled` */
export async function localizeScan(
  task: LocalizeTask,
  scan: ScanVoxels,
  hooks: LocalizeHooks = {},
): Promise<Localization> {
  const { model } = task
  return localizeEmbedded(task, scan, () => embedScan(model, prepareVolume(scan, model.card)), hooks)
}

/** {@link localizeScan} for a scan that the model may look at already, so that several runs share its passes. */
export async function localizeEmbedded(
  task: LocalizeTask,
  scan: ScanVoxels,
  embedding: () => ScanEmbedding,
  hooks: LocalizeHooks = {},
): Promise<Localization> {
  const localization = await byMethod(task, scan, embedding, hooks)
  const structures = localization.structures.map((structure) => withReliability(task.bank, structure))
  for (const structure of structures) hooks.onStructure?.(structure)
  return { ...localization, structures }
}

/** Says what the confidence of a structure is worth; only that of alignment was measured. */
function withReliability({ reliability }: TemplateBank, structure: LocalizedStructure): LocalizedStructure {
  const withinShare = structure.foundBy === 'align' ? withinShareAt(reliability, structure.confidence) : null
  return withinShare === null ? structure : { ...structure, withinShare }
}

async function byMethod(
  task: LocalizeTask,
  scan: ScanVoxels,
  embedding: () => ScanEmbedding,
  hooks: LocalizeHooks,
): Promise<Localization> {
  const { bank, structures } = task
  switch (methodFor(task)) {
    case 'medlam': {
      // Of all structures, which are held against each other; the published procedure does not.
      const isPublished = task.options.procedure === 'paper'
      const localized = await localizeByMedlam(
        task,
        isPublished ? structures : bank.structures,
        scan,
        embedding(),
        hooks,
      )
      return {
        structures: structures.flatMap(({ name }) => localized.find((each) => each.name === name) ?? []),
        drafts: new Map(),
        aroundAllMm: isPublished ? null : boxAround(localized),
      }
    }
    case 'align':
      return align(task, structures, scan, hooks)
    case 'auto':
      // Of all structures: whether the scan shows what the templates show must not depend on which are asked for.
      return chooseLocalized(structures, await findAll(task, scan, embedding, hooks))
  }
}

/**
 * What `auto` finds of all structures of the bank. MedLAM takes longer than alignment and is asked only where no template is
 * like the scan. Templates start from where relative distance alone puts landmarks; in a draft, which cannot wait for that
 * either, from the places by tissue.
 */
async function findAll(
  task: LocalizeTask,
  scan: ScanVoxels,
  embedding: () => ScanEmbedding,
  hooks: LocalizeHooks,
): Promise<AutoLocalization> {
  const look = once(embedding)
  const aligned = await fromCoarsePoints(task, scan, look, hooks)
  if (aligned.verdict !== 'other') return { aligned, landmarks: null }
  // Nobody could know before that all of it has to be done once more, otherwise: progress stays where it is.
  return fromLandmarks(task, scan, look, defined({ signal: hooks.signal }))
}

/** Alignment, but in drafts from landmarks that relative distance alone has found. */
async function fromCoarsePoints(
  task: LocalizeTask,
  scan: ScanVoxels,
  embedding: () => ScanEmbedding,
  hooks: LocalizeHooks,
): Promise<AlignmentLocalization> {
  const { bank, options } = task
  if (options.quality === 'draft') return align(task, bank.structures, scan, hooks)
  const points = await coarseExtremePoints(embedding(), bank, () => {
    throwIfCancelled(hooks.signal)
  })
  return align({ ...task, starts: startsOfPoints(bank, points) }, bank.structures, scan, hooks)
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => (made ??= { value: make() }).value
}

/** MedLAM, and alignment from the landmarks that it is sure of. */
async function fromLandmarks(
  task: LocalizeTask,
  scan: ScanVoxels,
  embedding: () => ScanEmbedding,
  hooks: Pick<LocalizeHooks, 'signal'>,
): Promise<AutoLocalization> {
  const { bank } = task
  const landmarks = await localizeByMedlam(task, bank.structures, scan, embedding(), hooks)
  const starts = startsOfLandmarks(bank, landmarks)
  const aligned = await align({ ...task, starts }, bank.structures, scan, hooks)
  return { aligned, landmarks }
}

/** How structures are really found: the published procedure is MedLAM's, and banks of before there was alignment have nothing to align. */
function methodFor({ bank, options }: LocalizeTask): RunOptions['method'] {
  if (options.procedure === 'paper') return 'medlam'
  return bank.templates.some(({ alignment }) => alignment !== null) ? options.method : 'medlam'
}

function align(
  { bank, options, threads, starts }: LocalizeTask & { readonly starts?: AlignmentTask['starts'] },
  structures: readonly Structure[],
  scan: ScanVoxels,
  { signal, onProgress }: LocalizeHooks,
): Promise<AlignmentLocalization> {
  return localizeByAlignment(
    { bank, structures, options, threads, ...defined({ starts }) },
    scan,
    defined({ signal, onProgress }),
  )
}

async function localizeByMedlam(
  { bank, options }: LocalizeTask,
  structures: readonly Structure[],
  scan: ScanVoxels,
  embedding: ScanEmbedding,
  { signal, onProgress }: LocalizeHooks,
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
  return localized.map((structure): LocalizedStructure => ({
    ...structure,
    boxVoxel: structure.boxMm === null ? null : boxToVoxels(scan, structure.boxMm),
    ...(structure.status === 'found' ? { foundBy: 'medlam' } : {}),
  }))
}
