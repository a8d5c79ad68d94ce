import type {
  DownloadModelRequest,
  GpuRuntimeInfo,
  ImportModelRequest,
  InstalledModel,
  ModelChoice,
  ModelsInfo,
  ProviderTestReport,
  VerifiedFile,
} from '../../shared/modelTypes.js'
import { listModels } from './catalog.js'
import { chooseProvider, testSegmenter, type ProviderTestHooks } from './providers/chooseProvider.js'
import { downloadGpuRuntime, gpuRuntimeInfo, linkGpuRuntime } from './providers/gpuRuntime.js'
import { downloadModel, type DownloadHooks } from './install/downloadModel.js'
import type { NetworkSettings } from './download/httpClient.js'
import { importModel, type ImportHooks } from './install/importModel.js'
import { removeInstalled, verifyInstalled } from './install/installed.js'
import type { ModelsContext } from './modelsContext.js'
import { defaultModelsFolder } from './modelsFolder.js'
import { readRegistry } from './registry.js'
import { findSegmenter, type SegmenterSource } from './segmenters.js'
import type { Provider } from '../runtime/network.js'

/** Where models lie and how they are fetched; everything has a default. */
export interface ModelsOptions {
  readonly modelsFolder?: string
  readonly offline?: boolean
  readonly network?: NetworkSettings
}

/** Models that can be had, and those that are there. */
export interface Models {
  readonly folder: string
  /** Registry, folders and rules, for what works with models. */
  context(): Promise<ModelsContext>
  list(): Promise<ModelsInfo>
  download(request: DownloadModelRequest, hooks?: DownloadHooks): Promise<InstalledModel>
  import(request: ImportModelRequest, hooks?: ImportHooks): Promise<InstalledModel>
  /** Compares files with their recorded SHA-256; all installed models for null. */
  verify(choice: ModelChoice | null): Promise<VerifiedFile[]>
  /** Deletes an installed model; answers with the folders that are gone. */
  remove(choice: ModelChoice): Promise<string[]>
  /** The provider that `auto` means for a segmenter here: what its self-test chose, which is made when there is anything to choose. */
  autoProvider(source: SegmenterSource, hooks?: ProviderTestHooks): Promise<Provider>
  /** Makes the self-test of a segmenter anew and remembers its outcome. */
  testProviders(id: string, hooks?: ProviderTestHooks): Promise<ProviderTestReport>
  gpuRuntime(): Promise<GpuRuntimeInfo>
  downloadGpuRuntime(acceptUnverified: boolean, hooks?: DownloadHooks): Promise<GpuRuntimeInfo>
  /** Puts fetched GPU files where ONNX Runtime looks for them. */
  linkGpuRuntime(): Promise<void>
}

/** Sets up models; nothing is read before it is asked for. */
export function openModels(
  assetsFolder: string,
  { modelsFolder, offline = false, network = {} }: ModelsOptions = {},
): Models {
  const folder = modelsFolder ?? defaultModelsFolder()
  let reading: Promise<ModelsContext> | undefined
  const context = (): Promise<ModelsContext> =>
    (reading ??= readRegistry(assetsFolder).then((registry) => ({
      registry,
      assetsFolder,
      modelsFolder: folder,
      offline,
      network,
    })))
  return {
    folder,
    context,
    list: async () => listModels(await context()),
    download: async (request, hooks) => downloadModel(await context(), request, hooks),
    import: async (request, hooks) => importModel(await context(), request, hooks),
    verify: (choice) => verifyInstalled(folder, choice),
    remove: (choice) => removeInstalled(folder, choice),
    autoProvider: (source, hooks) => chooseProvider(folder, source, hooks),
    testProviders: async (id, hooks) => testSegmenter(folder, await findSegmenter(id, await context()), hooks),
    gpuRuntime: async () => gpuRuntimeInfo(await context()),
    downloadGpuRuntime: async (acceptUnverified, hooks) => downloadGpuRuntime(await context(), acceptUnverified, hooks),
    linkGpuRuntime: () => linkGpuRuntime(folder),
  }
}
