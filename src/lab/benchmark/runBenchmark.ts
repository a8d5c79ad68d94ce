import { DEFAULT_RUN_OPTIONS } from '../../shared/requests.js'
import type { RunOptions } from '../../shared/sidecar.js'
import { MedlsamError, throwIfCancelled } from '../../shared/medlsamError.js'
import type { Engine } from '../../engine/engine.js'
import { serialiseBank } from '../../engine/medlam/bankFile.js'
import type { TemplateBank } from '../../engine/medlam/templateBank.js'
import { programHash } from '../../engine/programHash.js'
import { cacheEmbeddings, type CachingSegmenter } from '../../engine/sam/embeddings/embeddingCache.js'
import { hashScan } from '../../engine/scanFiles/hashScan.js'
import { readTolerances, toleranceMm } from '../evaluation/tolerances.js'
import { makeFolders } from '../../shared/node/makeFolders.js'
import type { Benchmark, BenchmarkCase, BenchmarkHooks, BenchmarkRequest } from './benchmarkTypes.js'
import type { CaseTools, WantedVariant } from './caseTypes.js'
import { findDataset, namedScans, type LabelledDataset, type LabelledScan } from './labelledDataset.js'
import { matchStructures, type MatchedStructures } from './matchStructures.js'
import { resolveSupport, type ResolvedSupport } from './resolveSupport.js'
import { runCase } from './runCase.js'
import { keyOf } from './storedCase.js'
import { ablationVariants, EXACT, MANUAL, AUTOMATIC, TEMPLATE_COUNTS } from './variants.js'

/**
 * Runs the paper's design on a labelled data set: templates from support scans, everything else localized and
 * segmented, beside boxes made from the truth. A run that was stopped goes on where it was.
 * @throws MedlsamError
 */
export async function runBenchmark(
  engine: Engine,
  request: BenchmarkRequest,
  hooks: BenchmarkHooks = {},
): Promise<Benchmark> {
  await makeFolders(request.out)
  const dataset = await findDataset(request.dataset, request.labels)
  const resolved = await resolveSupport(engine, request, dataset, hooks.signal)
  const { bank, problems } = resolved.built
  const warnings = [...problems]
  const cases = await casesToScore(request, dataset, resolved, warnings)
  const matched = wantedStructures(request, dataset, bank, warnings)
  if (request.ablations.includes('templates') && TEMPLATE_COUNTS.some((count) => count > bank.templates.length))
    warnings.push(`There are ${bank.templates.length} templates, so larger numbers are not compared.`)
  const segmenters = await openSegmenters(engine, request)
  const wanted = wantedVariants(request, bank, segmenters.length > 0)
  warnings.push(...unusualOptions(request.run))
  const given = await readTolerances(dataset.namesFile, dataset.structures)
  warnings.push(...given.warnings)
  const tools: CaseTools = {
    folder: request.out,
    model: await engine.medlam(),
    bank: {
      ...bank,
      structures: bank.structures.filter(({ name }) => matched.known.some((structure) => structure.name === name)),
    },
    basis: keyOf(programHash(), Buffer.from(serialiseBank(bank)).toString('base64')),
    segmenters,
    structures: matched.wanted,
    tolerancesMm: new Map(matched.wanted.map(({ name }) => [name, toleranceMm(name, given.tolerancesMm)])),
    run: { ...DEFAULT_RUN_OPTIONS, ...request.run },
    seed: request.seed,
    minPixels: request.minPixels,
  }
  const { shard } = request
  const mine = shard === undefined ? cases : cases.filter((_, i) => i % shard.count === shard.index - 1)
  const ran = await runCases(tools, mine, wanted, hooks)
  warnings.push(...new Set(segmenters.flatMap(({ cache }) => cache.problem ?? [])))
  return {
    dataset: request.dataset,
    templates: { name: bank.name, ids: bank.templates.map(({ id }) => id) },
    structures: matched.wanted,
    segmenters: segmenters.map(({ id }) => id),
    variants: wanted,
    cases: ran.cases,
    minPixels: request.minPixels,
    seed: request.seed,
    failures: ran.failures,
    warnings,
  }
}

/** Makes and encodes the templates, so that processes that share the cases find them ready. */
export async function prepareTemplates(engine: Engine, request: BenchmarkRequest, signal?: AbortSignal): Promise<void> {
  await makeFolders(request.out)
  await resolveSupport(engine, request, await findDataset(request.dataset, request.labels), signal)
}

/** All scans that are asked for and are no templates. */
async function casesToScore(
  request: BenchmarkRequest,
  dataset: LabelledDataset,
  { built, support }: ResolvedSupport,
  warnings: string[],
): Promise<LabelledScan[]> {
  const chosen = request.cases === undefined ? dataset.scans : namedScans(dataset.scans, request.cases)
  const inTemplates = new Set(built.bank.templates.map(({ sha256 }) => sha256))
  const cases: LabelledScan[] = []
  const left: string[] = []
  for (const one of chosen) {
    if (support.includes(one) || inTemplates.has(await hashOrNothing(one.scan))) left.push(one.id)
    else cases.push(one)
  }
  if (left.length > 0) warnings.push(`Templates themselves, and so not scored: ${left.join(', ')}.`)
  if (cases.length > 0) return cases
  throw new MedlsamError(
    'input',
    `The data set ${request.dataset} has no scan that is not a template: nothing is left to score.`,
    request.dataset,
  )
}

/** A corrupt scan is no template; what is wrong with it is said when it is run. */
async function hashOrNothing(scan: string): Promise<string> {
  return hashScan(scan).catch(() => '')
}

function wantedStructures(
  request: BenchmarkRequest,
  dataset: LabelledDataset,
  bank: TemplateBank,
  warnings: string[],
): MatchedStructures {
  const matched = matchStructures(dataset.structures, bank.structures, request.structures)
  const { wanted, unknown } = matched
  if (unknown.length > 0) warnings.push(`The templates do not have ${unknown.join(', ')}; these are not scored.`)
  if (wanted.length > 0) return matched
  const names = (structures: readonly { readonly name: string }[]): string =>
    structures.map(({ name }) => name).join(', ')
  throw new MedlsamError(
    'template',
    `The templates (${names(bank.structures)}) have no structure of the data set (${names(dataset.structures)}).`,
  )
}

async function openSegmenters(engine: Engine, request: BenchmarkRequest): Promise<CachingSegmenter[]> {
  const segmenters: CachingSegmenter[] = []
  for (const name of new Set(request.segmenters))
    segmenters.push(await cacheEmbeddings(await engine.segmenter(name), request.cache))
  const twice = segmenters.find(({ id }, i) => segmenters.findIndex((other) => other.id === id) < i)
  if (twice === undefined) return segmenters
  throw new MedlsamError(
    'usage',
    `Two of the segmenters are called "${twice.id}", and their results could not be told apart: leave one out, or import it under an id of its own ("medlsam models import").`,
  )
}

/** The main table's boxes, then what the ablations compare with them. */
function wantedVariants(request: BenchmarkRequest, bank: TemplateBank, masks: boolean): WantedVariant[] {
  return [
    ...[AUTOMATIC, MANUAL, EXACT]
      .filter(({ boxes }) => boxes === 'found' || request.beside.includes(boxes))
      .map((variant) => ({ variant, masks })),
    ...ablationVariants(request.ablations, bank.templates.length).map((variant) => ({
      variant,
      masks: masks && request.ablationMasks,
    })),
  ]
}

/** A sentence about options that are not the usual ones; none where all are. */
function unusualOptions(run: Partial<RunOptions>): string[] {
  const unusual = Object.entries(run).filter(
    ([option, value]) => JSON.stringify(value) !== JSON.stringify(DEFAULT_RUN_OPTIONS[option as keyof RunOptions]),
  )
  const texts = unusual.map(([option, value]) => `${option} ${JSON.stringify(value)}`)
  return unusual.length === 0 ? [] : [`Made with other options than usual: ${texts.join(', ')}.`]
}

async function runCases(
  tools: CaseTools,
  cases: readonly LabelledScan[],
  wanted: readonly WantedVariant[],
  { signal, onCase }: BenchmarkHooks,
): Promise<Pick<Benchmark, 'cases' | 'failures'>> {
  const ran: BenchmarkCase[] = []
  const failures: string[] = []
  for (const one of cases) {
    throwIfCancelled(signal)
    onCase?.(ran.length, cases.length, one.id)
    const { results, failures: reasons } = await runCase(tools, one, wanted, signal)
    ran.push({ ...one, results })
    for (const reason of reasons)
      failures.push(
        results.length === 0
          ? `${one.id} is not scored. ${reason}`
          : `${one.id} failed wholly or in part, and what its truth shows counts as 0 there. ${reason}`,
      )
  }
  onCase?.(cases.length, cases.length, '')
  return { cases: ran, failures }
}
