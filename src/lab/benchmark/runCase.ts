import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { RunOptions } from '../../shared/sidecar.js'
import { localizedStructureSchema, type LocalizedStructure, type Structure } from '../../shared/structure.js'
import { MedlsamError, throwIfCancelled } from '../../shared/medlsamError.js'
import {
  scoreStructures,
  structureScoreSchema,
  type ScoredStructure,
  type StructureScore,
} from '../evaluation/scoreStructure.js'
import type { TemplateBank } from '../../engine/medlam/templateBank.js'
import type { MedlamModel } from '../../engine/medlam/model.js'
import type { ScanEmbedding } from '../../engine/medlam/scanEmbedding.js'
import type { Segmenter } from '../../engine/sam/segmenter.js'
import { readLabelMap, type LabelMap } from '../../engine/scanFiles/readLabelMap.js'
import { readScan } from '../../engine/scanFiles/readScan.js'
import type { LabelVolume, Scan } from '../../shared/geometry/volume.js'
import { writeLabelMap } from '../../engine/scanFiles/writeLabelMap.js'
import type { LabelledScan } from './labelledDataset.js'
import { firstTemplates, localizeCase, lookAt, segmentCase } from './inference/infer.js'
import { keyOf, stored } from './storedCase.js'
import { JITTER_PIXELS, manualBoxes } from './truth/manualBoxes.js'
import { readTruth } from './truth/readTruth.js'
import { skipSmallSlices } from './truth/skipSmallSlices.js'
import type { Variant } from './variants.js'

/** What all cases of a benchmark share. */
export interface CaseTools {
  /** Folder of the benchmark. */
  readonly folder: string
  readonly model: MedlamModel
  /** Templates, with all structures that the data set has too. */
  readonly bank: TemplateBank
  /** Stands for the templates and the program that runs. */
  readonly basis: string
  readonly segmenters: readonly Segmenter[]
  /** Structures to segment and to score, as the data set numbers them. */
  readonly drawn: readonly Structure[]
  readonly tolerancesMm: ReadonlyMap<string, number>
  readonly run: RunOptions
  readonly seed: number
  /** Threshold of the paper's protocol. */
  readonly minPixels: number
}

/** One variant to be run on a case: its boxes, and whether masks are wanted. */
export interface WantedVariant {
  readonly variant: Variant
  readonly masks: boolean
}

/** What one variant did on one case. */
export interface CaseResult {
  readonly variant: string
  /** Null where only boxes were wanted. */
  readonly segmenter: string | null
  readonly structures: readonly LocalizedStructure[]
  /** Every slice counts. */
  readonly deploy: readonly StructureScore[]
  /** Slices with little of a structure are left out of its masks. */
  readonly paper: readonly StructureScore[]
  /** Label map that was written; null where only boxes were wanted. */
  readonly labelMap: string | null
}

const masksSchema = z.object({ encoderRuns: z.int(), decoderRuns: z.int(), seconds: z.number() })
const scoresSchema = z.object({ deploy: z.array(structureScoreSchema), paper: z.array(structureScoreSchema) })

/** Changes of the scores' meaning make old ones worthless. */
const SCORES_VERSION = 3

/** What came of a case. */
export interface CaseRun {
  /** Empty when nobody can say what was drawn. */
  readonly results: readonly CaseResult[]
  /** Sentences about what could not be read or run: the drawn structures count as 0 there. */
  readonly failures: readonly string[]
}

/**
 * Runs one case: first everything that needs no truth, then the boxes drawn from it, then the scores. Every
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
  await mkdir(folder, { recursive: true })
  const automatic = wanted.filter(({ variant }) => variant.boxes === 'medlam')
  const beside = wanted.filter(({ variant }) => variant.boxes !== 'medlam')
  const scan = await orReason(() => readScan(labelled.scan, { forceHu: true }))
  const made =
    'reason' in scan
      ? wanted.flatMap(({ variant, masks }) => failedMade(tools, variant.id, segmenterIds(tools, masks), scan.reason))
      : await inferCase(tools, folder, scan.done, automatic, signal)

  // Only from here on is it known what was drawn.
  const truth = await orReason(() =>
    'reason' in scan ? readLabelMap(labelled.labels) : readTruth(labelled, scan.done),
  )
  if ('reason' in truth) return { results: [], failures: [truth.reason] }
  if (!('reason' in scan))
    made.push(...(await inTruthBoxes(tools, folder, scan.done, truth.done, labelled.id, beside, signal)))
  const results: CaseResult[] = []
  for (const one of made) results.push(await scoreMade(tools, folder, truth.done, one))
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

/** Boxes, and masks where wanted. */
interface Made {
  readonly variant: string
  readonly segmenter: string | null
  readonly structures: readonly LocalizedStructure[]
  readonly labelMap: string | null
  readonly key: string
  /** Why there is nothing, or null. */
  readonly failure: string | null
}

/** Null where only boxes are wanted. */
function segmenterIds({ segmenters }: CaseTools, masks: boolean): (string | null)[] {
  return masks ? segmenters.map(({ id }) => id) : [null]
}

function failedMade(
  { drawn }: CaseTools,
  variant: string,
  segmenters: readonly (string | null)[],
  reason: string,
): Made[] {
  const structures = drawn.map((structure): LocalizedStructure => ({
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
async function inferCase(
  tools: CaseTools,
  folder: string,
  scan: Scan,
  wanted: readonly WantedVariant[],
  signal?: AbortSignal,
): Promise<Made[]> {
  const made: Made[] = []
  let embedding: ScanEmbedding | undefined
  for (const { variant, masks } of wanted) {
    throwIfCancelled(signal)
    const { templates, parts, similarity, procedure } = variant
    const bank = firstTemplates(tools.bank, templates)
    // All that boxes depend on: whatever is segmented of them, and how, they are found once.
    const key = keyOf(
      tools.basis,
      scan.sha256,
      tools.bank.structures,
      tools.run.seed,
      tools.run.minConfidence,
      templates,
      parts,
      similarity,
      procedure,
    )
    const found = await orReason(() =>
      stored(path.join(folder, `boxes-${variant.id}.json`), key, z.array(localizedStructureSchema), async () => [
        ...(await localizeCase(
          tools.model,
          scan,
          (embedding ??= lookAt(tools.model, scan)),
          bank,
          variant,
          tools.run,
          signal,
        )),
      ]),
    )
    if ('reason' in found) {
      made.push(...failedMade(tools, variant.id, segmenterIds(tools, masks), found.reason))
      continue
    }
    const structures = found.done.filter(({ name }) => tools.drawn.some((structure) => structure.name === name))
    made.push(...(await segmentInto(tools, bank, folder, scan, variant.id, structures, masks, tools.run, signal)))
  }
  return made
}

async function inTruthBoxes(
  tools: CaseTools,
  folder: string,
  scan: Scan,
  truth: LabelMap,
  id: string,
  wanted: readonly WantedVariant[],
  signal?: AbortSignal,
): Promise<Made[]> {
  const made: Made[] = []
  for (const { variant, masks } of wanted) {
    const boxes = manualBoxes(truth, tools.drawn, id, tools.seed, variant.boxes === 'exact' ? 0 : JITTER_PIXELS)
    // As the bank numbers them, since its appearance and names go with the boxes.
    const structures = boxes.flatMap((box) => {
      const own = tools.bank.structures.find(({ name }) => name === box.name)
      return own === undefined ? [] : [{ ...box, labelValue: own.labelValue }]
    })
    made.push(
      ...(await segmentInto(
        tools,
        tools.bank,
        folder,
        scan,
        variant.id,
        structures,
        masks,
        { ...tools.run, marginMm: [0, 0, 0], paperMargin: false },
        signal,
      )),
    )
  }
  return made
}

async function segmentInto(
  tools: CaseTools,
  bank: TemplateBank,
  folder: string,
  scan: Scan,
  variant: string,
  structures: readonly LocalizedStructure[],
  masks: boolean,
  run: RunOptions,
  signal?: AbortSignal,
): Promise<Made[]> {
  if (!masks) return [{ variant, segmenter: null, structures, labelMap: null, key: keyOf(structures), failure: null }]
  const made: Made[] = []
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
      segmenter.networks.map(({ sha256 }) => sha256),
    )
    if (!existsSync(labelMap)) await rm(file, { force: true })
    const masked = await orReason(() =>
      stored(file, key, masksSchema, async () => {
        // From here on the label map is no longer the one that the file speaks of.
        await rm(file, { force: true })
        const started = performance.now()
        const { labels, encoderRuns, decoderRuns } = await segmentCase(segmenter, scan, bank, structures, run, signal)
        await writeLabelMap(labelMap, labels, scan.geometry, bank.structures)
        return { encoderRuns, decoderRuns, seconds: (performance.now() - started) / 1000 }
      }),
    )
    if ('reason' in masked) made.push(...failedMade(tools, variant, [segmenter.id], masked.reason))
    else made.push({ variant, segmenter: segmenter.id, structures, labelMap, key, failure: null })
  }
  return made
}

async function scoreMade(
  tools: CaseTools,
  folder: string,
  truth: LabelMap,
  { variant, segmenter, structures, labelMap, key, failure }: Made,
): Promise<CaseResult> {
  const scored = tools.drawn.map(({ name, labelValue }): ScoredStructure => {
    const own = structures.find((structure) => structure.name === name)
    return {
      name,
      labelValue,
      predictedValue: own?.labelValue ?? -1,
      toleranceMm: tools.tolerancesMm.get(name) ?? 2,
      ...(own === undefined || own.boxMm === null ? {} : { boxMm: own.boxMm }),
    }
  })
  if (failure !== null) {
    const nothing = (drawn: LabelVolume): StructureScore[] =>
      withReasons(scoreStructures(null, drawn, scored), structures, failure).map(
        segmenter === null ? withoutMask : (score) => score,
      )
    return {
      variant,
      segmenter,
      structures,
      labelMap,
      deploy: nothing(truth),
      paper: nothing(skipSmallSlices({ prediction: truth, truth }, scored, tools.minPixels).truth),
    }
  }
  const file = path.join(folder, `scores-${variant}${segmenter === null ? '' : `-${fileSafe(segmenter)}`}.json`)
  const scores = await stored(
    file,
    keyOf(SCORES_VERSION, key, truth.sha256, scored, tools.minPixels),
    scoresSchema,
    async () => {
      if (labelMap === null) {
        const boxesOnly = withReasons(scoreStructures(null, truth, scored), structures, 'Only its box was wanted.').map(
          withoutMask,
        )
        return { deploy: boxesOnly, paper: boxesOnly }
      }
      const prediction: LabelVolume = await readLabelMap(labelMap)
      const kept = skipSmallSlices({ prediction, truth }, scored, tools.minPixels)
      const deploy = withReasons(scoreStructures(prediction, truth, scored), structures, NO_MASK)
      return {
        deploy,
        paper: withReasons(scoreStructures(kept.prediction, kept.truth, scored), structures, NO_MASK).map((score, i) =>
          withBoxOf(score, deploy[i]),
        ),
      }
    },
  )
  return { variant, segmenter, structures, labelMap, ...scores }
}

const NO_MASK = 'Its box was found, but no mask.'

/** @param whereFound what to say of a structure without a mask whose box was found */
function withReasons(
  scores: readonly StructureScore[],
  structures: readonly LocalizedStructure[],
  whereFound: string,
): StructureScore[] {
  return scores.map((score) => {
    if (score.outcome !== 'missed') return score
    const own = structures.find(({ name }) => name === score.structure)
    const reason =
      own === undefined
        ? 'The templates do not have it.'
        : own.status === 'found'
          ? whereFound
          : (own.reason ?? 'It was not found.')
    return { ...score, reason }
  })
}

/** A score that says nothing of a mask, since none was wanted. */
function withoutMask(score: StructureScore): StructureScore {
  return { ...score, dice: null, surfaceDice: null, volumeErrorMl: null, volumeErrorPercent: null }
}

/** A score of masks without some slices, whose box is that of the whole organ all the same. */
function withBoxOf(
  score: StructureScore,
  { boxIou, wallErrorsMm, wallDistanceMm, cutSides }: StructureScore,
): StructureScore {
  switch (score.outcome) {
    case 'scored':
    case 'missed':
      return { ...score, boxIou, wallErrorsMm, wallDistanceMm, cutSides }
    case 'extra':
    case 'absent':
      return score
  }
}

/** A part of a file's name; other ids have other ones. */
function fileSafe(id: string): string {
  return encodeURIComponent(id)
}
