import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { RunOptions } from '../../protocol/sidecar.js'
import { localizedStructureSchema, type LocalizedStructure, type Structure } from '../../protocol/structure.js'
import { MedlsamError, throwIfCancelled } from '../errors.js'
import { placeOnGrid } from '../evaluation/placeOnGrid.js'
import { scoreStructures, structureScoreSchema, type ScoredStructure, type StructureScore } from '../evaluation/scoreStructure.js'
import type { TemplateBank } from '../medlam/bank.js'
import type { MedlamModel } from '../medlam/model.js'
import type { ScanEmbedding } from '../medlam/scanEmbedding.js'
import type { Segmenter } from '../sam/segmenter.js'
import { readLabelMap, type LabelMap } from '../volume/readLabelMap.js'
import { readScan } from '../volume/readScan.js'
import type { LabelVolume, Scan } from '../volume/volume.js'
import { writeLabelMap } from '../volume/writeLabelMap.js'
import type { LabelledScan } from './dataset.js'
import { localizeCase, lookAt, segmentCase } from './inference/infer.js'
import { keyOf, stored } from './stored.js'
import { JITTER_PIXELS, manualBoxes } from './truth/manualBoxes.js'
import { skipSmallSlices } from './truth/skipSmallSlices.js'
import type { Variant } from './variants.js'

/** What all cases of a benchmark share. */
export interface CaseTools {
  /** Folder of the benchmark. */
  readonly folder: string
  readonly model: MedlamModel
  readonly bank: TemplateBank
  /** Stands for the bank and the program that runs. */
  readonly basis: string
  readonly segmenters: readonly Segmenter[]
  /** Structures as the data set numbers them. */
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
const SCORES_VERSION = 2

/**
 * Runs one case: first everything that needs no truth, then the boxes drawn from it, then the scores. Every
 * stage is kept in `cases/ID` and taken from there when nothing it depends on has changed.
 */
export async function runCase(
  tools: CaseTools,
  labelled: LabelledScan,
  wanted: readonly WantedVariant[],
  signal?: AbortSignal,
): Promise<readonly CaseResult[]> {
  const folder = path.join(tools.folder, 'cases', labelled.id)
  await mkdir(folder, { recursive: true })
  const scan = await readScan(labelled.scan, { forceHu: true })
  const automatic = await inferCase(tools, folder, scan, wanted.filter(({ variant }) => variant.boxes === 'medlam'), signal)

  // Only from here on is it known what was drawn.
  const truth = await readTruth(labelled, scan)
  const drawn = await inTruthBoxes(tools, folder, scan, truth, labelled.id, wanted.filter(({ variant }) => variant.boxes !== 'medlam'), signal)
  const results: CaseResult[] = []
  for (const made of [...automatic, ...drawn]) results.push(await scoreMade(tools, folder, truth, made))
  return results
}

/** Boxes, and masks where wanted. */
interface Made {
  readonly variant: string
  readonly segmenter: string | null
  readonly structures: readonly LocalizedStructure[]
  readonly labelMap: string | null
  readonly key: string
}

/** Localizes and segments; nothing here has seen the truth. */
async function inferCase(tools: CaseTools, folder: string, scan: Scan, wanted: readonly WantedVariant[], signal?: AbortSignal): Promise<Made[]> {
  const made: Made[] = []
  let embedding: ScanEmbedding | undefined
  for (const { variant, masks } of wanted) {
    throwIfCancelled(signal)
    const { templates, parts, similarity, procedure } = variant
    const key = keyOf(tools.basis, scan.sha256, tools.run, templates, parts, similarity, procedure)
    const structures = await stored(path.join(folder, `boxes-${variant.id}.json`), key, z.array(localizedStructureSchema), async () =>
      [...(await localizeCase(tools.model, scan, (embedding ??= lookAt(tools.model, scan)), tools.bank, variant, tools.run, signal))])
    made.push(...(await segmentInto(tools, folder, scan, variant.id, structures, masks, tools.run, signal)))
  }
  return made
}

async function inTruthBoxes(tools: CaseTools, folder: string, scan: Scan, truth: LabelMap, id: string, wanted: readonly WantedVariant[], signal?: AbortSignal): Promise<Made[]> {
  const made: Made[] = []
  for (const { variant, masks } of wanted) {
    const boxes = manualBoxes(truth, tools.drawn, id, tools.seed, variant.boxes === 'exact' ? 0 : JITTER_PIXELS)
    // As the bank numbers them, since its appearance and names go with the boxes.
    const structures = boxes.flatMap((box) => {
      const own = tools.bank.structures.find(({ name }) => name === box.name)
      return own === undefined ? [] : [{ ...box, labelValue: own.labelValue }]
    })
    made.push(...(await segmentInto(tools, folder, scan, variant.id, structures, masks, { ...tools.run, marginMm: [0, 0, 0], paperMargin: false }, signal)))
  }
  return made
}

async function segmentInto(
  tools: CaseTools,
  folder: string,
  scan: Scan,
  variant: string,
  structures: readonly LocalizedStructure[],
  masks: boolean,
  run: RunOptions,
  signal?: AbortSignal,
): Promise<Made[]> {
  if (!masks) return [{ variant, segmenter: null, structures, labelMap: null, key: keyOf(structures) }]
  const made: Made[] = []
  for (const segmenter of tools.segmenters) {
    throwIfCancelled(signal)
    const name = `${variant}-${fileSafe(segmenter.id)}`
    const labelMap = path.join(folder, `${name}_dseg.nii.gz`)
    const file = path.join(folder, `masks-${name}.json`)
    const key = keyOf(tools.basis, scan.sha256, structures, run, segmenter.layout, segmenter.windowHu, segmenter.networks.map(({ sha256 }) => sha256))
    if (!existsSync(labelMap)) await rm(file, { force: true })
    await stored(file, key, masksSchema, async () => {
      // From here on the label map is no longer the one that the file speaks of.
      await rm(file, { force: true })
      const started = performance.now()
      const { labels, encoderRuns, decoderRuns } = await segmentCase(segmenter, scan, tools.bank, structures, run, signal)
      await writeLabelMap(labelMap, labels, scan.geometry, tools.bank.structures)
      return { encoderRuns, decoderRuns, seconds: (performance.now() - started) / 1000 }
    })
    made.push({ variant, segmenter: segmenter.id, structures, labelMap, key })
  }
  return made
}

async function scoreMade(tools: CaseTools, folder: string, truth: LabelMap, { variant, segmenter, structures, labelMap, key }: Made): Promise<CaseResult> {
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
  const file = path.join(folder, `scores-${variant}${segmenter === null ? '' : `-${fileSafe(segmenter)}`}.json`)
  const scores = await stored(file, keyOf(SCORES_VERSION, key, truth.sha256, scored, tools.minPixels), scoresSchema, async () => {
    if (labelMap === null) {
      const boxesOnly = withReasons(scoreStructures(null, truth, scored), structures, 'Only its box was wanted.').map(withoutMask)
      return { deploy: boxesOnly, paper: boxesOnly }
    }
    const prediction: LabelVolume = await readLabelMap(labelMap)
    const kept = skipSmallSlices({ prediction, truth }, scored, tools.minPixels)
    return {
      deploy: withReasons(scoreStructures(prediction, truth, scored), structures, NO_MASK),
      paper: withReasons(scoreStructures(kept.prediction, kept.truth, scored), structures, NO_MASK),
    }
  })
  return { variant, segmenter, structures, labelMap, ...scores }
}

const NO_MASK = 'Its box was found, but no mask.'

/** @param whereFound what to say of a structure without a mask whose box was found */
function withReasons(scores: readonly StructureScore[], structures: readonly LocalizedStructure[], whereFound: string): StructureScore[] {
  return scores.map((score) => {
    if (score.outcome !== 'missed') return score
    const own = structures.find(({ name }) => name === score.structure)
    const reason = own === undefined ? 'The templates do not have it.' : own.status === 'found' ? whereFound : own.reason ?? 'It was not found.'
    return { ...score, reason }
  })
}

/** A score that says nothing of a mask, since none was wanted. */
function withoutMask(score: StructureScore): StructureScore {
  return { ...score, dice: null, surfaceDice: null, volumeErrorMl: null, volumeErrorPercent: null }
}

/** Reads a truth, which must lie on the grid of its scan. */
async function readTruth({ scan: scanFile, labels }: LabelledScan, scan: Scan): Promise<LabelMap> {
  const map = await readLabelMap(labels)
  const { labels: placed, warning } = placeOnGrid(map, { data: new Uint8Array(0), size: scan.size, affine: scan.affine }, labels, scanFile, false)
  if (warning !== null) throw new MedlsamError('input', warning, labels)
  return { ...map, ...placed }
}

function fileSafe(id: string): string {
  return id.replaceAll(/[^A-Za-z0-9]+/g, '-')
}
