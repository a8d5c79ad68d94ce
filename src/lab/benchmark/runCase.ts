import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { makeFolders } from '../../shared/node/makeFolders.js'
import type { Scan } from '../../shared/geometry/volume.js'
import { MedlsamError, throwIfCancelled } from '../../shared/medlsamError.js'
import type { RunOptions } from '../../shared/sidecar.js'
import type { LocalizedStructure } from '../../shared/structure.js'
import { boxAround, type Localization } from '../../engine/pipeline/localization.js'
import type { ScanEmbedding } from '../../engine/medlam/scanEmbedding.js'
import type { TemplateBank } from '../../engine/medlam/templateBank.js'
import { readLabelMap, type LabelMap } from '../../engine/scanFiles/readLabelMap.js'
import { readScan } from '../../engine/scanFiles/readScan.js'
import { writeLabelMap } from '../../engine/scanFiles/writeLabelMap.js'
import type { CaseMade, CaseResult, CaseTools, WantedVariant } from './caseTypes.js'
import { firstTemplates, localizeCase, lookAt, segmentCase } from './inference/infer.js'
import type { LabelledScan } from './labelledDataset.js'
import { scoreCase } from './scoreCase.js'
import { AUTOMATIC } from './variants.js'
import { fileSafe, keyOf, stored } from './storedCase.js'
import { storedLocalization } from './storedLocalization.js'
import { JITTER_PIXELS, manualBoxes } from './truth/manualBoxes.js'
import { readTruth } from './truth/readTruth.js'

const masksSchema = z.object({ encoderRuns: z.int(), decoderRuns: z.int(), seconds: z.number() })

/** What came of a case. */
export interface CaseRun {
  /** Empty when the truth cannot be read. */
  readonly results: readonly CaseResult[]
  /** Sentences about what could not be read or run: the structures of the truth count as 0 there. */
  readonly failures: readonly string[]
}

/** A case whose scan has been read. */
interface ReadCase {
  readonly tools: CaseTools
  /** Where its stages are kept. */
  readonly folder: string
  readonly scan: Scan
  readonly signal: AbortSignal | undefined
}

/**
 * Runs one case: first everything that needs no truth, then the boxes made from it, then the scores. Every
 * stage is kept in `cases/ID` and taken from there when nothing it depends on has changed. A scan that cannot be
 * read and a network that fails are failures of the case, not of the benchmark.
 * @throws MedlsamError of other kinds than `input` and `model`
 */
export async function runCase(
  tools: CaseTools,
  labelled: LabelledScan,
  wanted: readonly WantedVariant[],
  signal?: AbortSignal,
): Promise<CaseRun> {
  const folder = path.join(tools.folder, 'cases', labelled.id)
  await makeFolders(folder)
  const automatic = wanted.filter(({ variant }) => variant.boxes === 'found')
  const beside = wanted.filter(({ variant }) => variant.boxes !== 'found')
  const read = await orReason(async (): Promise<ReadCase> => ({
    tools,
    folder,
    scan: await readScan(labelled.scan, { forceHu: true }),
    signal,
  }))
  const made =
    'reason' in read
      ? wanted.flatMap(({ variant, masks }) => failedMade(tools, variant.id, segmenterIds(tools, masks), read.reason))
      : await inferCase(read.done, automatic)

  // Only from here on is the truth known.
  const truth = await orReason(() =>
    'reason' in read ? readLabelMap(labelled.labels) : readTruth(labelled, read.done.scan),
  )
  if ('reason' in truth) return { results: [], failures: [truth.reason] }
  if (!('reason' in read)) made.push(...(await inTruthBoxes(read.done, truth.done, labelled.id, beside)))
  const results: CaseResult[] = []
  for (const one of made) results.push(await scoreCase(tools, folder, truth.done, one))
  return { results, failures: [...new Set(made.flatMap(({ failure }) => failure ?? []))] }
}

/** What was done, or why it could not be. */
async function orReason<T>(work: () => Promise<T>): Promise<{ readonly done: T } | { readonly reason: string }> {
  try {
    return { done: await work() }
  } catch (error) {
    if (!(error instanceof MedlsamError) || (error.kind !== 'input' && error.kind !== 'model')) throw error
    return { reason: error.message }
  }
}

/** Null where only boxes are wanted. */
function segmenterIds({ segmenters }: CaseTools, masks: boolean): (string | null)[] {
  return masks ? segmenters.map(({ id }) => id) : [null]
}

function failedMade(
  { structures: wanted }: CaseTools,
  variant: string,
  segmenters: readonly (string | null)[],
  reason: string,
): CaseMade[] {
  const structures = wanted.map((structure): LocalizedStructure => ({
    ...structure,
    status: 'failed',
    reason,
    confidence: 0,
    boxMm: null,
    boxVoxel: null,
    extremePointsMm: null,
  }))
  return segmenters.map((segmenter) => ({
    variant,
    segmenter,
    structures,
    labelMap: null,
    key: keyOf(reason),
    failure: reason,
  }))
}

/** Localizes and segments; nothing here has seen the truth. */
async function inferCase(readCase: ReadCase, wanted: readonly WantedVariant[]): Promise<CaseMade[]> {
  const { tools, folder, scan, signal } = readCase
  const { model, run } = tools
  const made: CaseMade[] = []
  let embedding: ScanEmbedding | undefined
  const look = (): ScanEmbedding => (embedding ??= lookAt(model, scan))
  for (const { variant, masks } of wanted) {
    throwIfCancelled(signal)
    const { templates, parts, similarity, procedure } = variant
    const method = variant.method ?? run.method
    const bank = firstTemplates(tools.bank, templates)
    // All that boxes depend on: whatever is segmented of them, and how, they are found once.
    const key = keyOf(
      tools.basis,
      scan.sha256,
      tools.bank.structures,
      run.seed,
      run.minConfidence,
      templates,
      parts,
      similarity,
      procedure,
      method,
      // Drafts may be aligned from other starts.
      run.quality === 'draft',
    )
    // Masks of another quality are made in the same boxes.
    const file = path.join(folder, `boxes-${variant.quality === null ? variant.id : AUTOMATIC.id}.json`)
    const found = await orReason(() =>
      storedLocalization(file, key, () =>
        localizeCase({ model, scan, embedding: look, bank, run, signal }, { ...variant, method }),
      ),
    )
    if ('reason' in found) {
      made.push(...failedMade(tools, variant.id, segmenterIds(tools, masks), found.reason))
      continue
    }
    const { drafts, aroundAllMm } = found.done
    const quality = variant.quality ?? run.quality
    const structures = found.done.structures.filter(({ name }) =>
      tools.structures.some((structure) => structure.name === name),
    )
    made.push(
      ...(await segmentInto(readCase, {
        variant: variant.id,
        bank,
        found: { structures, drafts, aroundAllMm },
        masks,
        run: { ...run, quality },
      })),
    )
  }
  return made
}

/** Segments inside boxes that are made from the truth. */
async function inTruthBoxes(
  readCase: ReadCase,
  truth: LabelMap,
  id: string,
  wanted: readonly WantedVariant[],
): Promise<CaseMade[]> {
  const { tools } = readCase
  const { bank, seed } = tools
  const run: RunOptions = { ...tools.run, marginMm: [0, 0, 0], paperMargin: false }
  const made: CaseMade[] = []
  for (const { variant, masks } of wanted) {
    const boxes = manualBoxes(truth, tools.structures, id, seed, variant.boxes === 'exact' ? 0 : JITTER_PIXELS)
    // As the bank numbers them, since its priors and names go with the boxes.
    const structures = boxes.flatMap((box) => {
      const own = bank.structures.find(({ name }) => name === box.name)
      return own === undefined ? [] : [{ ...box, labelValue: own.labelValue }]
    })
    made.push(
      ...(await segmentInto(readCase, {
        variant: variant.id,
        bank,
        found: { structures, drafts: new Map(), aroundAllMm: boxAround(structures) },
        masks,
        run,
      })),
    )
  }
  return made
}

/** Boxes of one variant, to be segmented by all segmenters. */
interface VariantBoxes {
  readonly variant: string
  readonly bank: TemplateBank
  readonly found: Localization
  /** False where only boxes are wanted. */
  readonly masks: boolean
  readonly run: RunOptions
}

async function segmentInto(
  { tools, folder, scan, signal }: ReadCase,
  { variant, bank, found, masks, run }: VariantBoxes,
): Promise<CaseMade[]> {
  const { structures } = found
  if (!masks) return [{ variant, segmenter: null, structures, labelMap: null, key: keyOf(structures), failure: null }]
  const made: CaseMade[] = []
  for (const segmenter of tools.segmenters) {
    throwIfCancelled(signal)
    const name = `${variant}-${fileSafe(segmenter.id)}`
    const labelMap = path.join(folder, `${name}_dseg.nii.gz`)
    const file = path.join(folder, `masks-${name}.json`)
    const key = keyOf(
      tools.basis,
      bank.templates.length,
      scan.sha256,
      structures,
      run,
      segmenter.layout,
      segmenter.windowHu,
      segmenter.tiles,
      found.aroundAllMm,
      segmenter.networks.map(({ sha256 }) => sha256),
    )
    if (!existsSync(labelMap)) await rm(file, { force: true })
    const masked = await orReason(() =>
      stored(file, key, masksSchema, async () => {
        // From here on the label map is no longer the one that the file speaks of.
        await rm(file, { force: true })
        const started = performance.now()
        const { labels, encoderRuns, decoderRuns } = await segmentCase(
          { segmenter: run.quality === 'draft' ? null : segmenter, scan, bank, run, signal },
          found,
        )
        await writeLabelMap(labelMap, labels, scan.geometry, bank.structures)
        return { encoderRuns, decoderRuns, seconds: (performance.now() - started) / 1000 }
      }),
    )
    if ('reason' in masked) made.push(...failedMade(tools, variant, [segmenter.id], masked.reason))
    else made.push({ variant, segmenter: segmenter.id, structures, labelMap, key, failure: null })
  }
  return made
}
