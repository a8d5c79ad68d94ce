import path from 'node:path'
import envPaths from 'env-paths'
import type { ProviderRequest } from '../protocol/engineSetup.js'
import { defined } from '../shared/defined.js'
import { throwIfCancelled } from '../shared/medlsamError.js'
import { splitModelName } from '../shared/modelTypes.js'
import { fileStamp } from '../shared/node/wholeFiles.js'
import { closeMedlamModel, openMedlamModel, type MedlamModel } from './medlam/model.js'
import { CORRELATE_GRAPH, EMBEDDED_MEDLAM, findAssetsFolder } from './models/assets.js'
import { findLocalizer } from './models/localizers.js'
import { openModels, type Models, type ModelsOptions } from './models/modelStore.js'
import { DEFAULT_SEGMENTER, findSegmenter, type SegmenterSource } from './models/segmenters.js'
import type { Network, Provider } from './runtime/network.js'
import type { OpenNetworkOptions } from './runtime/onnx.js'
import { embeddingMemory, rememberEmbeddings, type EmbeddingMemory } from './sam/embeddings/embeddingMemory.js'
import { LocalizationMemory } from './pipeline/localizationMemory.js'
import { openSegmenter, type Segmenter } from './sam/segmenter.js'
import type { BuiltBank } from './templates/buildBank.js'
import { resolveTemplates, type TemplateSources } from './templates/resolveTemplates.js'

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

interface OpenBank {
  /** Changes with the file. */
  readonly stamp: string
  readonly built: Promise<BuiltBank>
}

/**
 * What an engine has open: the localization model, segmenters and banks, each loaded when it is first asked for and
 * kept until what its name stands for changes. What failed to open is tried again when it is asked for again.
 */
export class LoadedModels {
  readonly sources: TemplateSources
  readonly models: Models
  private readonly assetsFolder: string
  /** Id or card of the localization model; the embedded one when undefined. */
  private readonly medlamCard: string | undefined
  private readonly network: Pick<OpenNetworkOptions, 'provider' | 'threads' | 'idleSeconds'>
  private readonly store: Models
  private readonly memory: EmbeddingMemory | null
  readonly localizations = new LocalizationMemory()
  /** For one operator, or for alignment; one per core when undefined. */
  readonly threads: number | undefined
  private readonly opened: Network[] = []
  private readonly segmenters = new Map<string, OpenSegmenter>()
  private readonly banks = new Map<string, OpenBank>()
  private medlamModel: Promise<MedlamModel> | undefined

  constructor(options: EngineOptions) {
    const { provider, threads, idleSeconds, embeddingsMaxBytes } = options
    this.assetsFolder = options.assetsFolder ?? findAssetsFolder()
    this.sources = {
      assetsFolder: this.assetsFolder,
      cacheFolder: options.cacheFolder ?? envPaths('medlsam', { suffix: '' }).cache,
    }
    this.medlamCard = options.medlamCard
    this.network = defined({ provider, threads, idleSeconds })
    this.threads = threads
    this.memory = embeddingsMaxBytes === undefined ? null : embeddingMemory(embeddingsMaxBytes, idleSeconds)
    this.store = openModels(this.assetsFolder, options)
    this.models = {
      ...this.store,
      // Open files cannot be deleted everywhere, and what is installed next under the same id is another model.
      remove: async (choice) => {
        await this.forgetSegmenter(choice.id)
        return this.store.remove(choice)
      },
      // The next run takes the provider that has won.
      testProviders: async (id, hooks) => {
        await this.linkGpuFiles()
        const report = await this.store.testProviders(id, hooks)
        await this.forgetSegmenter(id)
        return report
      },
    }
  }

  /** The localization model. @throws MedlsamError `usage` or `model` when it cannot be used */
  medlam(): Promise<MedlamModel> {
    if (this.medlamModel !== undefined) return this.medlamModel
    const opening = this.openMedlam()
    this.medlamModel = opening
    opening.catch(() => {
      this.medlamModel = undefined
    })
    return opening
  }

  /**
   * The segmenter that a name stands for now. Installing another precision, here or in another process, or a GPU
   * runtime may change that; what was open under the name before is then closed.
   * @throws MedlsamError `usage` for a name that stands for none, `model` when it cannot be used
   */
  async segmenter(
    id: string = DEFAULT_SEGMENTER,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Segmenter> {
    const named = await this.findNamed(id, signal)
    const stamp = JSON.stringify(named)
    const known = this.segmenters.get(id)
    if (known?.stamp === stamp) return known.opening
    const opening = (async () => {
      await release(known)
      return this.openNamed(named)
    })()
    this.segmenters.set(id, { stamp, opening })
    opening.catch(() => {
      if (this.segmenters.get(id)?.opening === opening) this.segmenters.delete(id)
    })
    return opening
  }

  /** Looks a segmenter up without opening it. @throws MedlsamError `usage` for a name that stands for none */
  async checkSegmenter(id: string = DEFAULT_SEGMENTER): Promise<void> {
    await findSegmenter(id, await this.store.context())
  }

  /** The segmenter that is open under a name, whatever the name stands for meanwhile; undefined when none is. */
  openedSegmenter(id: string = DEFAULT_SEGMENTER): Promise<Segmenter> | undefined {
    return this.segmenters.get(id)?.opening
  }

  /**
   * The bank that a name, bank file or template set stands for.
   * @throws MedlsamError `template` when it cannot be used, `cancelled`
   */
  async templates(
    name: string,
    hooks: {
      readonly signal?: AbortSignal
      readonly onTemplate?: (done: number, total: number, template: string) => void
    } = {},
  ): Promise<BuiltBank> {
    const model = await this.medlam()
    const known = this.banks.get(name)
    // The same for every name that is no file.
    const stamp = await fileStamp(name).catch(() => '')
    // The scans of a template set may have changed since; the disk cache makes asking again cheap.
    if (known?.stamp === stamp && !name.endsWith('.json')) return known.built
    const built = resolveTemplates(model, name, this.sources, {
      checkCancelled: () => {
        throwIfCancelled(hooks.signal)
      },
      onProgress: (done, total, template) => hooks.onTemplate?.(done, total, template),
    })
    this.banks.set(name, { stamp, built })
    built.catch(() => this.banks.delete(name))
    return built
  }

  /** Networks opened so far, for their run counts and seconds. */
  networks(): readonly Network[] {
    return this.opened
  }

  async close(): Promise<void> {
    const model = await this.medlamModel?.catch(() => undefined)
    if (model !== undefined) await closeMedlamModel(model)
    for (const open of this.segmenters.values()) await release(open)
  }

  private async openMedlam(): Promise<MedlamModel> {
    await this.linkGpuFiles()
    const card =
      this.medlamCard === undefined
        ? path.join(this.assetsFolder, EMBEDDED_MEDLAM)
        : await findLocalizer(this.medlamCard, await this.store.context())
    const model = await openMedlamModel(card, path.join(this.assetsFolder, CORRELATE_GRAPH), this.network)
    this.opened.push(...new Set([model.position, model.features, model.correlate]))
    return model
  }

  /** What a name stands for now, and on what it runs. */
  private async findNamed(name: string, signal: AbortSignal | undefined): Promise<NamedSegmenter> {
    const source = await findSegmenter(name, await this.store.context())
    await this.linkGpuFiles()
    const { provider = 'auto', threads } = this.network
    if (provider !== 'auto') return { source, provider }
    return { source, provider: await this.store.autoProvider(source, defined({ threads, signal })) }
  }

  private async openNamed({ source: { files, ...source }, provider }: NamedSegmenter): Promise<Segmenter> {
    const segmenter = await openSegmenter(files, { ...source, ...this.network, provider })
    this.opened.push(...segmenter.networks)
    return this.memory === null ? segmenter : rememberEmbeddings(segmenter, this.memory)
  }

  /** Closes what is open under an id, in whatever precision. */
  private async forgetSegmenter(id: string): Promise<void> {
    for (const [name, open] of this.segmenters) {
      if (splitModelName(name).id !== splitModelName(id).id) continue
      this.segmenters.delete(name)
      await release(open)
    }
  }

  /** What cannot be put in its place is missed when a network is opened, which then says so. */
  private linkGpuFiles(): Promise<void> {
    return this.store.linkGpuRuntime().catch(() => undefined)
  }
}

async function release(open: OpenSegmenter | undefined): Promise<void> {
  await (await open?.opening.catch(() => undefined))?.release()
}
