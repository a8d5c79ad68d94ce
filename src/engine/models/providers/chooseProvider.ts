import { access, constants } from 'node:fs/promises'
import path from 'node:path'
import { makeFolders } from '../../../shared/node/makeFolders.js'
import { defined } from '../../../shared/defined.js'
import type { ProviderTestReport } from '../../../shared/modelTypes.js'
import { sha256File } from '../../../shared/node/hash.js'
import type { Provider } from '../../runtime/network.js'
import { runtimeFolder } from '../../runtime/onnx.js'
import { autoCandidates, platformProviders } from '../../runtime/providerTable.js'
import { openSegmenter } from '../../sam/segmenter.js'
import { withFolderLock } from '../download/folderLock.js'
import { passingMemory, providerMemory, type ProviderMemory } from './providerMemory.js'
import type { SegmenterSource } from '../segmenters.js'
import { testProviders } from './testProviders.js'

/** What accompanies a self-test. */
export interface ProviderTestHooks {
  readonly signal?: AbortSignal
  readonly onTrial?: (done: number, total: number, provider: Provider) => void
  readonly threads?: number
}

/** What `auto` means for a segmenter on this machine. Where only the CPU comes into question nothing is tried or written. */
export async function chooseProvider(
  modelsFolder: string,
  source: SegmenterSource,
  hooks: ProviderTestHooks = {},
): Promise<Provider> {
  const candidates = autoCandidates(runtimeFolder())
  if (candidates.every((provider) => provider === 'cpu')) return 'cpu'
  const remembered = async (memory: ProviderMemory): Promise<Provider | undefined> => {
    const known = await memory.chosen()
    return candidates.find((provider) => provider === known)
  }
  const known = await remembered(providerMemory(modelsFolder, await hashesOf(source), candidates))
  if (known !== undefined) return known
  return alone(modelsFolder, source, hooks, async (memory) => {
    // Another process may have tested while this one waited.
    const found = await remembered(memory)
    if (found !== undefined) return found
    const { chosen } = await run(source, candidates, memory, hooks, false)
    return candidates.find((provider) => provider === chosen) ?? 'cpu'
  })
}

/** The self-test of a segmenter with every provider of the platform that `auto` may take, also those that look hopeless or crashed before, so that the user sees why. */
export async function testSegmenter(
  modelsFolder: string,
  source: SegmenterSource,
  hooks: ProviderTestHooks = {},
): Promise<ProviderTestReport> {
  const candidates = platformProviders()
    .filter(({ auto, provider, plausible }) => auto && (provider !== 'webgpu' || plausible()))
    .map(({ provider }) => provider)
  return alone(modelsFolder, source, hooks, (memory) => run(source, candidates, memory, hooks, true))
}

/**
 * Does work with what is remembered while no other process tests providers: two tests at once would disturb each
 * other's times, and one would take the other's trial for one that crashed.
 */
async function alone<T>(
  modelsFolder: string,
  source: SegmenterSource,
  { signal }: ProviderTestHooks,
  work: (memory: ProviderMemory) => Promise<T>,
): Promise<T> {
  const writable = await makeFolders(modelsFolder)
    .then(() => access(modelsFolder, constants.W_OK))
    .then(
      () => true,
      () => false,
    )
  const hashes = await hashesOf(source)
  const candidates = autoCandidates(runtimeFolder())
  if (!writable) return work(passingMemory(hashes, candidates))
  const memory = providerMemory(modelsFolder, hashes, candidates)
  return withFolderLock(path.join(modelsFolder, 'providers'), () => work(memory), signal)
}

async function hashesOf({ files }: SegmenterSource): Promise<string[]> {
  const hashes: string[] = []
  // A file that is not there is reported when it is opened.
  for (const file of files) hashes.push(file.sha256 ?? (await sha256File(file.path).catch(() => 'missing')))
  return hashes
}

function run(
  { id, files, ...rest }: SegmenterSource,
  candidates: readonly Provider[],
  memory: ProviderMemory,
  { threads, ...hooks }: ProviderTestHooks,
  retryCrashed: boolean,
): Promise<ProviderTestReport> {
  return testProviders({
    id,
    candidates,
    memory,
    retryCrashed,
    open: (provider) => openSegmenter(files, { id, ...rest, provider, ...defined({ threads }) }),
    ...hooks,
  })
}
