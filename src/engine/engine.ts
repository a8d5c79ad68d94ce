import path from 'node:path'
import envPaths from 'env-paths'
import type { ProviderRequest } from '../protocol/engineSetup.js'
import { splitModelName } from '../shared/modelTypes.js'
import { DEFAULT_RUN_OPTIONS, type LocalizeRequest, type SegmentRequest } from '../shared/requests.js'
import type { ProgressListener } from '../shared/progress.js'
import type { LocalizationReport, RunOptions, Sidecar } from '../shared/sidecar.js'
import type { LocalizedStructure, Structure } from '../shared/structure.js'
import type { TemplateSet } from '../shared/templateSet.js'
import { MedlsamError, throwIfCancelled } from '../shared/medlsamError.js'
import { fileStamp } from '../shared/node/wholeFiles.js'
import { closeMedlamModel, openMedlamModel, type MedlamModel } from './medlam/model.js'
import { CORRELATE_GRAPH, EMBEDDED_MEDLAM, findAssetsFolder } from './models/assets.js'
import { openModels, type Models, type ModelsOptions } from './models/modelStore.js'
import { findLocalizer } from './models/localizers.js'
import { DEFAULT_SEGMENTER, findSegmenter, type SegmenterSource } from './models/segmenters.js'
import { localizeScan, type LocalizedScan } from './pipeline/localizeScan.js'
import { defaultLabelMapPath, outputPaths, prepareOutputFolder, type OutputPaths } from './pipeline/outputPaths.js'
import { localizationReport, segmentationReport } from './pipeline/report.js'
import { segmentLocalized } from './pipeline/segmentLocalized.js'
import { startClock, type StageClock } from './pipeline/stageClock.js'
import { writeResult, type HashedFile } from './pipeline/writeResult.js'
import type { Network, Provider } from './runtime/network.js'
import { cacheEmbeddings, type EmbeddingCacheOptions } from './sam/embeddings/embeddingCache.js'
import type { EarlyMask } from './sam/masks/earlyMasks.js'
import { embeddingMemory, rememberEmbeddings } from './sam/embeddings/embeddingMemory.js'
import { openSegmenter, type Segmenter } from './sam/segmenter.js'
import { buildBank, type BuildBankOptions, type BuiltBank } from './templates/buildBank.js'
import { resolveTemplates, type TemplateSources } from './templates/resolveTemplates.js'
import { readScan } from './scanFiles/readScan.js'
import type { LabelVolume, Scan, SourceGeometry } from '../shared/geometry/volume.js'

/** How to set up the engine; everything has a default. */
export interface EngineOptions extends ModelsOptions {
  readonly assetsFolder?: string
  readonly cacheFolder?: string
  /** The localization model: id of an installed one, or its card; the embedded one when absent. */
  readonly medlamCard?: string
  readonly provider?: ProviderRequest
  /** Threads inside one operator. */
  readonly threads?: number
  /** Networks that were not run for so long give their memory back and are loaded again on demand; never when absent. */
  readonly idleSeconds?: number
  /** Keep the latest slice embeddings of all segmenters in memory, up to so many bytes together and until the idle time; none when absent. */
  readonly embeddingsMaxBytes?: number
  /** Keep the embeddings of slices here, for runs that segment the same scans again. */
  readonly embeddingCache?: EmbeddingCacheOptions
}

/** What accompanies a run. */
export interface RunHooks {
  readonly onProgress?: ProgressListener
  /** Called for each structure as soon as it is localized. */
  readonly onStructure?: (structure: LocalizedStructure) => void
  /**
   * Called when a segmentation is ready, before any of its files is written; nothing is written when it throws.
   * What it returns is added to the sidecar's warnings.
   */
  readonly beforeWrite?: (result: UnwrittenResult) => Promise<readonly string[]>
  /** Called when the files are encoded; when it throws, none of them is written. */
  readonly beforeFiles?: (files: readonly HashedFile[], sidecar: Sidecar) => Promise<void>
  /** Take these templates and the segmenter that is open, whatever those that the request names have become meanwhile: one of many runs that belong together. */
  readonly templates?: BuiltBank
  /** Called with each structure's mask as soon as its last slice is done, and awaited; the end result may differ in a few voxels. */
  readonly onEarlyMask?: (early: EarlyMask, geometry: SourceGeometry) => Promise<void>
  readonly signal?: AbortSignal
}

/** A segmentation that is not on disk yet. */
export interface UnwrittenResult {
  readonly scan: Scan
  readonly labels: LabelVolume
  readonly sidecar: Sidecar
  /** Wall seconds per stage. */
  readonly seconds: Readonly<Record<string, number>>
}

/** Files written by a segmentation, and its report. */
export interface SegmentResult {
  readonly paths: OutputPaths
  readonly sidecar: Sidecar
}

/** Loads models once and runs scans through them; all methods may be called one after another. */
export interface Engine {
  readonly sources: TemplateSources
  readonly models: Models
  /** Finds the structures of the templates in a scan; writes nothing. */
  localize(request: LocalizeRequest, hooks?: RunHooks): Promise<LocalizationReport>
  /** Finds and segments, and writes label map, sidecar and names beside the scan or to `out`. */
  segment(request: SegmentRequest, hooks?: RunHooks): Promise<SegmentResult>
  /** Encodes a template set. */
  buildBank(
    set: TemplateSet,
    setFile: string,
    hooks?: RunHooks & Pick<BuildBankOptions, 'credit' | 'calibrateOn'>,
  ): Promise<BuiltBank>
  /** The bank that a name, bank file or template set stands for. */
  templates(templates: string, hooks?: RunHooks): Promise<BuiltBank>
  medlam(): Promise<MedlamModel>
  /** The segmenter that a name stands for now; what was open under it before is closed when that is another one. */
  segmenter(id?: string, hooks?: Pick<RunHooks, 'signal'>): Promise<Segmenter>
  /** Networks opened so far, for their run counts and seconds. */
  networks(): readonly Network[]
  close(): Promise<void>
}

/** Sets up an engine. Models are loaded on first use. */
export function openEngine(options: EngineOptions = {}): Engine {
  const assetsFolder = options.assetsFolder ?? findAssetsFolder()
  const sources: TemplateSources = {
    assetsFolder,
    cacheFolder: options.cacheFolder ?? envPaths('medlsam', { suffix: '' }).cache,
  }
  const network = {
    ...(options.provider === undefined ? {} : { provider: options.provider }),
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    ...(options.idleSeconds === undefined ? {} : { idleSeconds: options.idleSeconds }),
  }
  const store = openModels(assetsFolder, options)
  let medlamModel: Promise<MedlamModel> | undefined
  const segmenters = new Map<string, OpenSegmenter>()
  const memory =
    options.embeddingsMaxBytes === undefined ? null : embeddingMemory(options.embeddingsMaxBytes, options.idleSeconds)
  const banks = new Map<string, { readonly stamp: string; readonly built: Promise<BuiltBank> }>()
  const opened: Network[] = []

  // What cannot be put in its place is missed when a network is opened, which then says so.
  const gpuFiles = (): Promise<void> => store.linkGpuRuntime().catch(() => undefined)

  const openMedlam = async (): Promise<MedlamModel> => {
    await gpuFiles()
    const card =
      options.medlamCard === undefined
        ? path.join(assetsFolder, EMBEDDED_MEDLAM)
        : await findLocalizer(options.medlamCard, await store.context())
    const model = await openMedlamModel(card, path.join(assetsFolder, CORRELATE_GRAPH), network)
    opened.push(...new Set([model.position, model.features, model.correlate]))
    return model
  }
  const medlam = (): Promise<MedlamModel> => {
    if (medlamModel !== undefined) return medlamModel
    medlamModel = openMedlam()
    // What failed may work later, once its files are there.
    medlamModel.catch(() => {
      medlamModel = undefined
    })
    return medlamModel
  }

  /** What a name stands for now, and on what it runs. */
  const findNamed = async (name: string, signal: AbortSignal | undefined): Promise<NamedSegmenter> => {
    const source = await findSegmenter(name, await store.context())
    await gpuFiles()
    const { provider = 'auto', threads } = network
    if (provider !== 'auto') return { source, provider }
    return {
      source,
      provider: await store.autoProvider(source, {
        ...(threads === undefined ? {} : { threads }),
        ...(signal === undefined ? {} : { signal }),
      }),
    }
  }

  const openNamed = async ({ source: { files, ...source }, provider }: NamedSegmenter): Promise<Segmenter> => {
    const ready = await openSegmenter(files, { ...source, ...network, provider })
    opened.push(...ready.networks)
    const cached = options.embeddingCache === undefined ? ready : await cacheEmbeddings(ready, options.embeddingCache)
    return memory === null ? cached : rememberEmbeddings(cached, memory)
  }

  const segmenter = async (id = DEFAULT_SEGMENTER, { signal }: Pick<RunHooks, 'signal'> = {}): Promise<Segmenter> => {
    // Installing another precision, here or in another process, or a GPU runtime may change what a name stands for.
    const named = await findNamed(id, signal)
    const stamp = JSON.stringify(named)
    const known = segmenters.get(id)
    if (known?.stamp === stamp) return known.opening
    const opening = (async () => {
      await release(known)
      return openNamed(named)
    })()
    segmenters.set(id, { stamp, opening })
    // What failed may work later, once its files are there.
    opening.catch(() => {
      if (segmenters.get(id)?.opening === opening) segmenters.delete(id)
    })
    return opening
  }

  const forgetSegmenter = async (id: string): Promise<void> => {
    for (const [name, open] of segmenters) {
      if (splitModelName(name).id !== splitModelName(id).id) continue
      segmenters.delete(name)
      await release(open)
    }
  }
  const models: Models = {
    ...store,
    // Open files cannot be deleted everywhere, and what is installed next under the same id is another model.
    async remove(choice) {
      await forgetSegmenter(choice.id)
      return store.remove(choice)
    },
    // The next run takes the provider that has won.
    async testProviders(id, hooks) {
      await gpuFiles()
      const report = await store.testProviders(id, hooks)
      await forgetSegmenter(id)
      return report
    },
  }

  const templates = async (name: string, hooks: RunHooks = {}, clock?: StageClock): Promise<BuiltBank> => {
    const model = await medlam()
    const known = banks.get(name)
    // The same for every name that is no file.
    const stamp = await fileStamp(name).catch(() => '')
    // The scans of a template set may have changed since; the disk cache makes asking again cheap.
    if (known?.stamp === stamp && !name.endsWith('.json')) return known.built
    const resolving = resolveTemplates(model, name, sources, {
      checkCancelled: () => {
        throwIfCancelled(hooks.signal)
      },
      onProgress: (done, total, template) => clock?.report(done, total, template),
    })
    banks.set(name, { stamp, built: resolving })
    resolving.catch(() => banks.delete(name))
    return resolving
  }

  interface Localized {
    readonly scan: Scan
    readonly built: BuiltBank
    readonly structures: readonly Structure[]
    readonly run: RunOptions
    readonly result: LocalizedScan
    readonly model: MedlamModel
  }

  const localizeWith = async (request: LocalizeRequest, hooks: RunHooks, clock: StageClock): Promise<Localized> => {
    const run: RunOptions = { ...DEFAULT_RUN_OPTIONS, ...request.options }
    clock.start('read')
    const scan = await readScan(request.scanPath, {
      ...(request.timePoint === undefined ? {} : { timePoint: request.timePoint }),
      ...(request.maxBytes === undefined ? {} : { maxBytes: request.maxBytes }),
      ...(request.forceHu === undefined ? {} : { forceHu: request.forceHu }),
    })
    throwIfCancelled(hooks.signal)
    clock.start('templates')
    const model = await medlam()
    const built = hooks.templates ?? (await templates(request.templates, hooks, clock))
    const structures = chooseStructures(built, run.structures, request.templates)
    clock.start('localize')
    const result = await localizeScan(model, scan, built.bank, structures, run, clock, hooks)
    return { scan, built, structures, run, result, model }
  }

  return {
    sources,
    models,
    medlam,
    segmenter,
    templates,
    networks: () => opened,
    async localize(request, hooks = {}) {
      const clock = startClock(hooks.onProgress)
      const { scan, built, run, result, model } = await localizeWith(request, hooks, clock)
      return localizationReport({
        request,
        scan,
        built,
        run,
        model,
        localized: result.structures,
        seconds: clock.stop(),
      })
    },
    async segment(request, hooks = {}) {
      const clock = startClock(hooks.onProgress)
      const paths = outputPaths(request.out ?? defaultLabelMapPath(request.scanPath), request.scanPath)
      await prepareOutputFolder(paths.labelMap)
      const { scan, built, run, result, model } = await localizeWith(request, hooks, clock)
      clock.start('segment')
      const open = hooks.templates === undefined ? undefined : segmenters.get(request.segmenter ?? DEFAULT_SEGMENTER)
      const sam = await (open?.opening ?? segmenter(request.segmenter, hooks))
      const { onEarlyMask } = hooks
      const masks = await segmentLocalized(sam, scan, built.bank, result.structures, run, clock, {
        ...(hooks.signal === undefined ? {} : { signal: hooks.signal }),
        ...(onEarlyMask === undefined ? {} : { onEarlyMask: (early) => onEarlyMask(early, scan.geometry) }),
      })
      clock.start('write')
      const seconds = clock.stop()
      const report = segmentationReport({
        request,
        scan,
        built,
        run,
        model,
        localized: result.structures,
        seconds,
        segmenter: sam,
        masks,
        labelMap: paths.labelMap,
      })
      throwIfCancelled(hooks.signal)
      const warnings = (await hooks.beforeWrite?.({ scan, labels: masks.labels, sidecar: report, seconds })) ?? []
      const sidecar = { ...report, warnings: [...report.warnings, ...warnings] }
      await writeResult(paths, masks.labels, scan, sidecar, hooks.beforeFiles)
      return { paths, sidecar }
    },
    async buildBank(set, setFile, hooks = {}) {
      const clock = startClock(hooks.onProgress)
      clock.start('templates')
      return buildBank(await medlam(), set, setFile, {
        ...(hooks.credit === undefined ? {} : { credit: hooks.credit }),
        ...(hooks.calibrateOn === undefined ? {} : { calibrateOn: hooks.calibrateOn }),
        checkCancelled: () => {
          throwIfCancelled(hooks.signal)
        },
        onProgress: (done, total, template) => {
          clock.report(done, total, template)
        },
      })
    },
    async close() {
      const model = await medlamModel?.catch(() => undefined)
      if (model !== undefined) await closeMedlamModel(model)
      for (const open of segmenters.values()) await release(open)
    },
  }
}

/** A segmenter's files and the provider it runs on. */
interface NamedSegmenter {
  readonly source: SegmenterSource
  readonly provider: Provider
}

interface OpenSegmenter {
  /** Changes with what was opened. */
  readonly stamp: string
  readonly opening: Promise<Segmenter>
}

async function release(open: OpenSegmenter | undefined): Promise<void> {
  await (await open?.opening.catch(() => undefined))?.release()
}

/**
 * The structures of a bank that a request names, in its order; all of them for null.
 * @throws MedlsamError `usage` for a name that the bank does not have
 */
export function chooseStructures(
  { bank }: BuiltBank,
  wanted: readonly string[] | null,
  templates: string,
): readonly Structure[] {
  if (wanted === null) return bank.structures
  return wanted.map((name) => {
    const structure = bank.structures.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase())
    if (structure === undefined) {
      throw new MedlsamError(
        'usage',
        `The templates "${templates}" have no structure "${name}": they have ${bank.structures.map((s) => s.name).join(', ')}.`,
      )
    }
    return structure
  })
}
