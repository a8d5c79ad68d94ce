import { readFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { makeFolders } from '../../../shared/node/makeFolders.js'
import { writeTextAtomic } from '../../../shared/node/wholeFiles.js'
import { sha256Of } from '../../../shared/node/hash.js'
import type { Provider } from '../../runtime/network.js'
import { RUNTIME_VERSION } from '../../runtime/onnx.js'

const PROVIDERS = ['cpu', 'cuda', 'tensorrt', 'directml', 'coreml', 'webgpu'] as const satisfies readonly Provider[]

const memorySchema = z.record(
  z.string(),
  z.object({
    chosen: z.enum(PROVIDERS).nullable(),
    /** Provider that was being tried; left behind when it took the process with it. */
    trying: z.enum(PROVIDERS).nullable(),
    /** Providers that took the process with them, once for each time. */
    crashed: z.array(z.enum(PROVIDERS)),
  }),
)

/** What is remembered, by model and machine. */
type RememberedProviders = z.infer<typeof memorySchema>
type Entry = RememberedProviders[string]

/** What is remembered of a model on this machine. */
export interface ProviderMemory {
  /** The provider that won, or null when no self-test has ended. */
  chosen(): Promise<Provider | null>
  /** Providers that ended the process when they were tried, once for each time since a trial of theirs was over. */
  crashed(): Promise<readonly Provider[]>
  /** Notes that a provider is about to be tried; null when the trial is over. */
  trying(provider: Provider | null): Promise<void>
  choose(provider: Provider): Promise<void>
}

/**
 * The memory for a model: kept in the models folder, by machine, version of ONNX Runtime, the networks' hashes and the
 * providers that come into question, so that a folder on a shared disk serves several machines, and an update or a GPU
 * runtime that came later is tested anew.
 */
export function providerMemory(
  modelsFolder: string,
  networkHashes: readonly string[],
  candidates: readonly Provider[],
): ProviderMemory {
  const file = path.join(modelsFolder, 'providers.json')
  const key = memoryKey(networkHashes, candidates)
  const read = async (): Promise<RememberedProviders> => {
    try {
      return memorySchema.parse(JSON.parse(await readFile(file, 'utf8')))
    } catch {
      // Not there yet, or corrupt: both mean that nothing is remembered.
      return {}
    }
  }
  const change = async (next: (entry: Entry) => Entry): Promise<void> => {
    const memory = await read()
    const entry = entryOf(memory, key)
    await makeFolders(modelsFolder)
    await writeTextAtomic(file, `${JSON.stringify({ ...memory, [key]: next(entry) }, null, 2)}\n`)
  }
  return {
    chosen: async () => entryOf(await read(), key).chosen,
    crashed: async () => crashedOf(entryOf(await read(), key)),
    trying: (provider) =>
      change((entry) => ({
        ...entry,
        crashed: provider === null ? entry.crashed.filter((crashed) => crashed !== entry.trying) : crashedOf(entry),
        trying: provider,
      })),
    choose: (provider) => change((entry) => ({ chosen: provider, trying: null, crashed: crashedOf(entry) })),
  }
}

const chosenHere = new Map<string, Provider>()

/** Remembers only what won, and only until the process ends: for a models folder that cannot be written. */
export function passingMemory(networkHashes: readonly string[], candidates: readonly Provider[]): ProviderMemory {
  const key = memoryKey(networkHashes, candidates)
  return {
    chosen: () => Promise.resolve(chosenHere.get(key) ?? null),
    crashed: () => Promise.resolve([]),
    trying: () => Promise.resolve(),
    choose(provider) {
      chosenHere.set(key, provider)
      return Promise.resolve()
    },
  }
}

function memoryKey(networkHashes: readonly string[], candidates: readonly Provider[]): string {
  return sha256Of(
    JSON.stringify([
      os.hostname(),
      process.platform,
      process.arch,
      os.cpus().at(0)?.model ?? '',
      RUNTIME_VERSION,
      [...networkHashes].sort(),
      candidates,
    ]),
  ).slice(0, 32)
}

/** A trial that never ended took its process with it. */
function crashedOf({ crashed, trying }: Entry): Provider[] {
  return trying === null ? crashed : [...crashed, trying]
}

function entryOf(memory: RememberedProviders, key: string): Entry {
  return key in memory ? memory[key] : { chosen: null, trying: null, crashed: [] }
}
