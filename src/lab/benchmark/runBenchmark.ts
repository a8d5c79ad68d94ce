import { existsSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { Shard } from '../../shared/datasetRun.js'
import { DEFAULT_RUN_OPTIONS } from '../../shared/requests.js'
import type { RunOptions } from '../../shared/sidecar.js'
import type { Structure } from '../../shared/structure.js'
import type { Engine } from '../../engine/engine.js'
import { MedlsamError, throwIfCancelled } from '../../shared/medlsamError.js'
import { readTolerances, toleranceMm } from '../evaluation/tolerances.js'
import { makeFolder } from '../evaluation/writeEvaluation.js'
import { serialiseBank } from '../../engine/medlam/bankFile.js'
import { programHash } from '../../engine/programHash.js'
import {
  cacheEmbeddings,
  type CachingSegmenter,
  type EmbeddingCacheOptions,
} from '../../engine/sam/embeddings/embeddingCache.js'
import type { BuiltBank } from '../../engine/templates/buildBank.js'
import { storedScanPath } from '../../shared/node/templateSetPaths.js'
import { hashScan } from '../../engine/scanFiles/hashScan.js'
import { drawSupport, findDataset, namedScans, type LabelledDataset, type LabelledScan } from './labelledDataset.js'
import { runCase, type CaseResult, type CaseTools, type WantedVariant } from './runCase.js'
import { keyOf, stored } from './storedCase.js'
import { writeSupportSet } from './supportSet.js'
import { ablationVariants, EXACT, MANUAL, MEDLAM, TEMPLATE_COUNTS, type Ablation, type BoxSource } from './variants.js'

/** Where templates come from: given ones, or scans of the data set. */
export type Support =
  | { readonly kind: 'templates'; readonly templates: string }
  | { readonly kind: 'draw'; readonly count: number }
  | { readonly kind: 'cases'; readonly ids: readonly string[] }

/** What to run. */
export interface BenchmarkRequest {
  readonly dataset: string
  /** Names of the label values; looked for in the data set when absent. */
  readonly labels?: string
  readonly out: string
  readonly support: Support
  /** Only these cases. */
  readonly cases?: readonly string[]
  readonly structures?: readonly string[]
  readonly segmenters: readonly string[]
  /** Boxes to set those of MedLAM beside. */
  readonly beside: readonly Exclude<BoxSource, 'medlam'>[]
  readonly ablations: readonly Ablation[]
  /** Masks for ablations too; only boxes otherwise. */
  readonly ablationMasks: boolean
  /** Threshold of the paper's protocol in pixels. */
  readonly minPixels: number
  readonly seed: number
  readonly run: Partial<RunOptions>
  readonly cache: EmbeddingCacheOptions
  /** Only every nth case, as one of several processes. */
  readonly shard?: Shard
}

/** One case with all that was run on it. */
export interface BenchmarkCase extends LabelledScan {
  readonly results: readonly CaseResult[]
}

/** All that a benchmark found out. */
export interface Benchmark {
  readonly dataset: string
  readonly templates: { readonly name: string; readonly ids: readonly string[] }
  readonly structures: readonly Structure[]
  readonly segmenters: readonly string[]
  readonly variants: readonly WantedVariant[]
  readonly cases: readonly BenchmarkCase[]
  readonly minPixels: number
  readonly seed: number
  /** Sentences about cases that failed, and count as 0, or that nobody can score. */
  readonly failures: readonly string[]
  /** Sentences. */
  readonly warnings: readonly string[]
}

/** What accompanies a benchmark. */
export interface BenchmarkHooks {
  readonly signal?: AbortSignal
  readonly onCase?: (done: number, total: number, id: string) => void
}

/**
 * Runs the paper's design on a labelled data set: templates from support scans, everything else localized and
 * segmented, beside boxes of the drawn organs. A run that was stopped goes on where it was.
 * @throws MedlsamError
 */
export async function runBenchmark(
  engine: Engine,
  request: BenchmarkRequest,
  hooks: BenchmarkHooks = {},
): Promise<Benchmark> {
  await makeFolder(request.out)
  const dataset = await findDataset(request.dataset, request.labels)
  const { built, support } = await resolveSupport(engine, request, dataset, hooks.signal)
  const { bank } = built
  const warnings = [...built.problems]
  const chosen = request.cases === undefined ? dataset.scans : namedScans(dataset.scans, request.cases)
  const inTemplates = new Set(bank.templates.map(({ sha256 }) => sha256))
  const cases: LabelledScan[] = []
  const left: string[] = []
  for (const one of chosen) {
    if (support.includes(one) || inTemplates.has(await hashOrNothing(one.scan))) left.push(one.id)
    else cases.push(one)
  }
  if (left.length > 0) warnings.push(`Templates themselves, and so not scored: ${left.join(', ')}.`)
  if (cases.length === 0)
    throw new MedlsamError(
      'input',
      `The data set ${request.dataset} has no scan that is not a template: nothing is left to score.`,
      request.dataset,
    )
  const { known, drawn, unknown } = matchStructures(dataset.structures, bank.structures, request.structures)
  if (unknown.length > 0) warnings.push(`The templates do not have ${unknown.join(', ')}; these are not scored.`)
  if (drawn.length === 0)
    throw new MedlsamError(
      'template',
      `The templates (${bank.structures.map(({ name }) => name).join(', ')}) have no structure of the data set (${dataset.structures.map(({ name }) => name).join(', ')}).`,
    )
  if (request.ablations.includes('templates') && TEMPLATE_COUNTS.some((count) => count > bank.templates.length))
    warnings.push(`There are ${bank.templates.length} templates, so larger numbers are not compared.`)

  const segmenters: CachingSegmenter[] = []
  for (const name of new Set(request.segmenters))
    segmenters.push(await cacheEmbeddings(await engine.segmenter(name), request.cache))
  const twice = segmenters.find(({ id }, i) => segmenters.findIndex((other) => other.id === id) < i)
  if (twice !== undefined)
    throw new MedlsamError(
      'usage',
      `Two of the segmenters are called "${twice.id}", and their results could not be told apart: leave one out, or import it under an id of its own ("medlsam models import").`,
    )
  const wanted: WantedVariant[] = [
    ...[MEDLAM, MANUAL, EXACT]
      .filter(({ boxes }) => boxes === 'medlam' || request.beside.includes(boxes))
      .map((variant) => ({ variant, masks: segmenters.length > 0 })),
    ...ablationVariants(request.ablations, bank.templates.length).map((variant) => ({
      variant,
      masks: segmenters.length > 0 && request.ablationMasks,
    })),
  ]
  const unusual = Object.entries(request.run).filter(
    ([option, value]) => JSON.stringify(value) !== JSON.stringify(DEFAULT_RUN_OPTIONS[option as keyof RunOptions]),
  )
  if (unusual.length > 0)
    warnings.push(
      `Made with other options than usual: ${unusual.map(([option, value]) => `${option} ${JSON.stringify(value)}`).join(', ')}.`,
    )
  const given = await readTolerances(dataset.namesFile, dataset.structures)
  warnings.push(...given.warnings)
  const tools: CaseTools = {
    folder: request.out,
    model: await engine.medlam(),
    bank: {
      ...bank,
      structures: bank.structures.filter(({ name }) => known.some((structure) => structure.name === name)),
    },
    basis: keyOf(programHash(), Buffer.from(serialiseBank(bank)).toString('base64')),
    segmenters,
    drawn,
    tolerancesMm: new Map(drawn.map(({ name }) => [name, toleranceMm(name, given.tolerancesMm)])),
    run: { ...DEFAULT_RUN_OPTIONS, ...request.run },
    seed: request.seed,
    minPixels: request.minPixels,
  }
  const { shard } = request
  const mine = shard === undefined ? cases : cases.filter((_, i) => i % shard.count === shard.index - 1)
  const results: BenchmarkCase[] = []
  const failures: string[] = []
  for (const one of mine) {
    throwIfCancelled(hooks.signal)
    hooks.onCase?.(results.length, mine.length, one.id)
    const { results: ofCase, failures: ofThis } = await runCase(tools, one, wanted, hooks.signal)
    results.push({ ...one, results: ofCase })
    failures.push(
      ...ofThis.map((reason) =>
        ofCase.length === 0
          ? `${one.id} is not scored. ${reason}`
          : `${one.id} failed wholly or in part, and what is drawn in it counts as 0 there. ${reason}`,
      ),
    )
  }
  hooks.onCase?.(mine.length, mine.length, '')
  warnings.push(...new Set(segmenters.flatMap(({ cache }) => cache.problem ?? [])))
  return {
    dataset: request.dataset,
    templates: { name: bank.name, ids: bank.templates.map(({ id }) => id) },
    structures: drawn,
    segmenters: segmenters.map(({ id }) => id),
    variants: wanted,
    cases: results,
    minPixels: request.minPixels,
    seed: request.seed,
    failures,
    warnings,
  }
}

/** A damaged scan is no template; what is wrong with it is said when it is run. */
async function hashOrNothing(scan: string): Promise<string> {
  return hashScan(scan).catch(() => '')
}

/** Makes and encodes the templates, so that processes that share the cases find them ready. */
export async function prepareTemplates(engine: Engine, request: BenchmarkRequest, signal?: AbortSignal): Promise<void> {
  await makeFolder(request.out)
  await resolveSupport(engine, request, await findDataset(request.dataset, request.labels), signal)
}

async function resolveSupport(
  engine: Engine,
  { support, out, labels, seed }: BenchmarkRequest,
  dataset: LabelledDataset,
  signal: AbortSignal | undefined,
): Promise<{ readonly built: BuiltBank; readonly support: readonly LabelledScan[] }> {
  const hooks = signal === undefined ? {} : { signal }
  const make = async (scans: readonly LabelledScan[], from: LabelledDataset): Promise<BuiltBank> => {
    const file = path.join(out, 'templates.medlsam.json')
    // The set names its scans by their paths, so it is worth nothing once they have moved.
    const key = keyOf(
      programHash(),
      from.structures,
      scans.map(({ scan }) => storedScanPath(file, scan)),
      await Promise.all(scans.flatMap(({ scan, labels: map }) => [hashScan(scan), hashScan(map)])),
    )
    if (!existsSync(file)) await rm(path.join(out, 'templates-made.json'), { force: true })
    await stored(path.join(out, 'templates-made.json'), key, z.literal(true), async () => {
      await writeSupportSet(file, scans, from)
      return true as const
    })
    return engine.templates(file, hooks)
  }
  switch (support.kind) {
    case 'templates': {
      const { templates } = support
      if (!existsSync(templates) || !statSync(templates).isDirectory())
        return { built: await engine.templates(templates, hooks), support: [] }
      const from = await findDataset(templates, labels)
      return { built: await make(from.scans, from), support: [] }
    }
    case 'draw': {
      const drawn = drawSupport(dataset.scans, support.count, seed)
      return { built: await make(drawn, dataset), support: drawn }
    }
    case 'cases': {
      const named = namedScans(dataset.scans, support.ids)
      return { built: await make(named, dataset), support: named }
    }
  }
}

interface MatchedStructures {
  /** All that the templates have too, spelt as there. */
  readonly known: readonly Structure[]
  /** Of these, what is wanted. */
  readonly drawn: readonly Structure[]
  /** Wanted, but not in the templates. */
  readonly unknown: readonly string[]
}

function matchStructures(
  drawn: readonly Structure[],
  inBank: readonly Structure[],
  wanted: readonly string[] | undefined,
): MatchedStructures {
  const like =
    (name: string) =>
    (other: { readonly name: string }): boolean =>
      other.name.toLowerCase() === name.toLowerCase()
  const asked =
    wanted === undefined
      ? drawn
      : [
          ...new Set(
            wanted.map((name) => {
              const structure = drawn.find(like(name))
              if (structure === undefined)
                throw new MedlsamError(
                  'usage',
                  `The data set has no structure "${name}": it has ${drawn.map((one) => one.name).join(', ')}.`,
                )
              return structure
            }),
          ),
        ]
  const asInBank = (structure: Structure): Structure[] => {
    const own = inBank.find(like(structure.name))
    return own === undefined ? [] : [{ ...structure, name: own.name, color: own.color }]
  }
  return {
    known: drawn.flatMap(asInBank),
    drawn: asked.flatMap(asInBank),
    unknown: asked.filter(({ name }) => !inBank.some(like(name))).map(({ name }) => name),
  }
}
