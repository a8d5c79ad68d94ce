import type {
  DownloadModelRequest, ImportModelRequest, InstalledModel, ModelChoice, ModelsInfo, VerifiedFile,
} from '../../protocol/models.js'
import { listModels } from './catalog.js'
import { downloadModel, type DownloadHooks } from './downloadModel.js'
import type { NetworkSettings } from './download/network.js'
import { importModel, type ImportHooks } from './importModel.js'
import { removeInstalled, verifyInstalled } from './installed.js'
import type { ModelsContext } from './modelsContext.js'
import { defaultModelsFolder } from './modelsFolder.js'
import { readRegistry } from './registry.js'

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
}

/** Sets up models; nothing is read before it is asked for. */
export function openModels(assetsFolder: string, { modelsFolder, offline = false, network = {} }: ModelsOptions = {}): Models {
  const folder = modelsFolder ?? defaultModelsFolder()
  let reading: Promise<ModelsContext> | undefined
  const context = (): Promise<ModelsContext> =>
    (reading ??= readRegistry(assetsFolder).then((registry) => ({ registry, assetsFolder, modelsFolder: folder, offline, network })))
  return {
    folder,
    context,
    list: async () => listModels(await context()),
    download: async (request, hooks) => downloadModel(await context(), request, hooks),
    import: async (request, hooks) => importModel(await context(), request, hooks),
    verify: (choice) => verifyInstalled(folder, choice),
    remove: (choice) => removeInstalled(folder, choice),
  }
}
