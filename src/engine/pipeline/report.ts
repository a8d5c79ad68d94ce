import path from 'node:path'
import { defined } from '../../shared/defined.js'
import type { SegmentRequest } from '../../shared/requests.js'
import type { LocalizationReport, RunOptions, Sidecar } from '../../shared/sidecar.js'
import type { LocalizedStructure, SegmentedStructure } from '../../shared/structure.js'
import type { MedlamModel } from '../medlam/model.js'
import type { Network } from '../runtime/network.js'
import type { Segmentation } from '../sam/segmentScan.js'
import type { Segmenter } from '../sam/segmenter.js'
import { hashStructures } from '../templates/bankHashes.js'
import type { BuiltBank } from '../templates/buildBank.js'
import { TOOL_VERSION } from '../version.js'
import type { Scan } from '../../shared/geometry/volume.js'
import { nothingFound } from './nothingFound.js'

interface RunFacts {
  readonly request: SegmentRequest
  readonly scan: Scan
  readonly built: BuiltBank
  /** Of the templates that were asked for. */
  readonly sha256: string
  readonly options: RunOptions
  readonly model: MedlamModel
  readonly localized: readonly LocalizedStructure[]
  readonly seconds: Readonly<Record<string, number>>
}

/** What `localize` says about a run. */
export function localizationReport(facts: RunFacts): LocalizationReport {
  return { ...commonFacts(facts, []), task: 'localize', structures: facts.localized }
}

/** What lies beside a label map. */
export function segmentationReport(
  facts: RunFacts & { readonly segmenter: Segmenter | null; readonly masks: Segmentation; readonly labelMap: string },
): Sidecar {
  const { request, segmenter, masks, localized, labelMap, scan } = facts
  const common = commonFacts(facts, segmenter?.networks ?? [])
  // With slashes, so that it is the same on every system.
  const relativeScan = path.relative(path.dirname(labelMap), scan.path).split(path.sep).join('/')
  return {
    ...request.bidsFields,
    ...common,
    ...(request.reproducible === true ? { seconds: {}, input: { ...common.input, path: relativeScan } } : {}),
    task: 'segment',
    output: path.basename(labelMap),
    segmenter: segmenter && { ...modelUse(segmenter.id, segmenter.networks), layout: segmenter.layout },
    encoderRuns: masks.encoderRuns,
    decoderRuns: masks.decoderRuns,
    structures: localized.map((structure) => withMask(structure, masks)),
  }
}

function withMask(structure: LocalizedStructure, masks: Segmentation): SegmentedStructure {
  const mask = masks.structures.find((candidate) => candidate.name === structure.name)
  if (mask === undefined) return { ...structure, volumeMl: null, meanHu: null }
  if (mask.status === 'failed') {
    return { ...structure, status: 'failed', reason: mask.reason, volumeMl: null, meanHu: null }
  }
  return { ...structure, volumeMl: mask.volumeMl, meanHu: mask.meanHu }
}

function commonFacts(
  { request, scan, built, sha256, options, model, localized, seconds }: RunFacts,
  segmenterNetworks: readonly Network[],
): Omit<LocalizationReport, 'task' | 'structures'> {
  const networks = [...new Set([model.position, model.features, model.correlate, ...segmenterNetworks])]
  const notes = networks.flatMap(({ providerNote }) => providerNote ?? [])
  return {
    format: 'medlsam-result',
    formatVersion: 1,
    tool: { name: 'medlsam', version: TOOL_VERSION },
    input: {
      ...{ path: scan.path, sha256: scan.sha256, timePoint: request.timePoint ?? null },
      ...defined({ forceHu: request.forceHu === true ? (true as const) : undefined, huOffset: request.huOffset }),
    },
    templates: {
      name: built.bank.name,
      modelHash: built.bank.modelHash,
      ids: built.bank.templates.map((template) => template.id),
      sha256,
      structureSha256: hashStructures(built.bank),
    },
    options,
    localizer: modelUse(model.card.id, [...new Set([model.position, model.features])]),
    seconds,
    warnings: [...nothingFound(localized, scan.path), ...scan.warnings, ...built.problems, ...new Set(notes)],
  }
}

function modelUse(id: string, networks: readonly Network[]): LocalizationReport['localizer'] {
  return { id, sha256: networks.map((network) => network.sha256), provider: networks[0].provider }
}
