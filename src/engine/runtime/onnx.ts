import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import ort from 'onnxruntime-node'
import type { ProviderRequest } from '../../protocol/engineSetup.js'
import { defined } from '../../shared/defined.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { sha256File } from '../../shared/node/hash.js'
import type { Network, NetworkTensor, Provider, TensorInfo, TensorType } from './network.js'
import { missingFiles } from './providerTable.js'

// Every failure reaches the caller as a sentence; the native log would only repeat it in colour on stderr.
ort.env.logLevel = 'fatal'

/** How to load a network. */
export interface OpenNetworkOptions {
  /** Expected SHA-256 of the file in lower-case hexadecimal; checked before anything is loaded. */
  readonly sha256?: string
  /** Provider to run on; `auto` when absent. */
  readonly provider?: ProviderRequest
  /** Threads inside one operator; ONNX Runtime takes one per physical core when absent. */
  readonly threads?: number
  /** Give the memory back after so many seconds without a run; the next run loads the network again. Never when absent. */
  readonly idleSeconds?: number
}

/** Our provider names in the words of ONNX Runtime. */
const BACKEND: Readonly<Record<Provider, string>> = {
  cpu: 'cpu',
  cuda: 'cuda',
  tensorrt: 'tensorrt',
  directml: 'dml',
  coreml: 'coreml',
  webgpu: 'webgpu',
}

/** Version of ONNX Runtime; what is added to it must be of the same. */
export const RUNTIME_VERSION: string = ort.env.versions.common

/** The folder of ONNX Runtime's binary, where it looks for providers that come as files of their own. */
export function runtimeFolder(): string {
  const home = path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))
  return path.join(home, 'bin/napi-v6', process.platform, process.arch)
}

/** Providers whose code this build of ONNX Runtime knows; whether one works here shows when a network is opened on it. */
export function listedProviders(): Provider[] {
  const known = new Set(ort.listSupportedBackends().map(({ name }) => name))
  return (Object.keys(BACKEND) as Provider[]).filter((provider) => known.has(BACKEND[provider]))
}

/**
 * Loads an ONNX file. A provider that cannot be had falls back to the CPU and says why in
 * `providerNote`; a file that cannot be used is an error.
 * @throws MedlsamError `model` when the file is missing, has another hash, or is not a usable ONNX file.
 */
export async function openNetwork(file: string, options: OpenNetworkOptions = {}): Promise<Network> {
  const sha256 = await checkedHash(file, options.sha256)
  return wrap(file, sha256, await loadSession(file, options), options)
}

/** A session, and what it runs on. */
interface LoadedSession {
  readonly session: ort.InferenceSession
  readonly provider: Provider
  /** Why that is not the provider that was asked for; null when it is. */
  readonly note: string | null
}

/** Loads a file on the provider that is asked for, else on the CPU. */
async function loadSession(file: string, options: OpenNetworkOptions): Promise<LoadedSession> {
  const wanted = options.provider ?? 'auto'
  const onCpu = async (note: string | null): Promise<LoadedSession> => ({
    session: await createSession(file, 'cpu', options),
    provider: 'cpu',
    note,
  })
  if (wanted === 'auto' || wanted === 'cpu') return onCpu(null)
  if (!listedProviders().includes(wanted))
    return onCpu(`${wanted} is not part of ONNX Runtime on this system, so the CPU is used.`)
  if (missingFiles(wanted, runtimeFolder()).length > 0) {
    return onCpu(
      `${wanted} needs the GPU runtime of ONNX Runtime ${RUNTIME_VERSION}, which is not installed, so the CPU is used.`,
    )
  }
  try {
    return { session: await createSession(file, wanted, options), provider: wanted, note: null }
  } catch (error) {
    return onCpu(`${wanted} could not be started (${firstLine(error)}), so the CPU is used.`)
  }
}

/**
 * The SHA-256 of a model file, which must be the expected one.
 * @throws MedlsamError `model` when it is missing or has another
 */
export async function checkedHash(file: string, expected: string | undefined): Promise<string> {
  const info = await stat(file).catch(() => null)
  if (info === null) throw new MedlsamError('model', `The model file ${file} does not exist.`, file)
  if (!info.isFile()) throw new MedlsamError('model', `The model file ${file} is not a file.`, file)
  const actual = await sha256File(file)
  if (expected !== undefined && actual !== expected) {
    throw new MedlsamError(
      'model',
      `The model file ${file} has SHA-256 ${actual} instead of ${expected}: it is damaged or another version, so install it again.`,
      file,
    )
  }
  return actual
}

async function createSession(
  file: string,
  provider: Provider,
  { threads }: OpenNetworkOptions,
): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(file, {
      executionProviders: provider === 'cpu' ? ['cpu'] : [BACKEND[provider], 'cpu'],
      graphOptimizationLevel: 'all',
      // MobileSAM's encoder peaks at 564 MB with the pattern, 359 MB without, at equal speed; giving up
      // the arena too peaks higher and runs slower, because every run then allocates anew.
      enableMemPattern: false,
      // Waiting threads that spin cost a third of the speed as soon as the machine has anything else to do.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
      ...defined({ intraOpNumThreads: threads }),
    })
  } catch (error) {
    if (provider !== 'cpu') throw error
    throw new MedlsamError(
      'model',
      `The model file ${file} is not a usable ONNX file (${firstLine(error)}): it may be truncated or damaged, so install it again.`,
      file,
      { cause: error },
    )
  }
}

function wrap(file: string, sha256: string, first: LoadedSession, options: OpenNetworkOptions): Network {
  const inputs = first.session.inputMetadata.map((info) => describe(file, info))
  const outputs = first.session.outputMetadata.map((info) => describe(file, info))
  const typeOf = new Map(inputs.map(({ name, type }) => [name, type]))
  let secondsInside = 0
  let runs = 0
  let released = false
  let latest = first
  const holder = holdSession(first.session, options.idleSeconds, async () => {
    // After the idle time the file must still be the same one, and a GPU may have gone.
    await checkedHash(file, sha256)
    latest = await loadSession(file, options)
    return latest.session
  })

  return {
    file,
    sha256,
    inputs,
    outputs,
    get provider() {
      return latest.provider
    },
    get providerNote() {
      return latest.note
    },
    get secondsInside() {
      return secondsInside
    },
    get runs() {
      return runs
    },
    async run(feeds, fetches) {
      if (released) throw new MedlsamError('internal', `The model ${file} was run after it had been released.`, file)
      const loaded = await holder.take()
      const started = performance.now()
      try {
        const tensors = Object.fromEntries(
          Object.entries(feeds).map(([name, tensor]) => [name, toOrt(tensor, typeOf.get(name))]),
        )
        const results = await loaded.run(tensors, fetches ?? loaded.outputNames)
        runs += 1
        return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(value)]))
      } catch (error) {
        throw new MedlsamError('model', `The model ${file} failed while it ran: ${firstLine(error)}.`, file, {
          cause: error,
        })
      } finally {
        secondsInside += (performance.now() - started) / 1000
        holder.giveBack()
      }
    },
    async release() {
      if (released) return
      released = true
      await holder.close()
    },
  }
}

interface SessionHolder {
  /** The session, loaded if need be; must be given back. */
  take(): Promise<ort.InferenceSession>
  giveBack(): void
  close(): Promise<void>
}

/** Keeps a session while it is used, and for `idleSeconds` after; for ever when that is undefined. */
function holdSession(
  first: ort.InferenceSession,
  idleSeconds: number | undefined,
  load: () => Promise<ort.InferenceSession>,
): SessionHolder {
  let session: Promise<ort.InferenceSession> | null = Promise.resolve(first)
  let users = 0
  let timer: NodeJS.Timeout | undefined
  const drop = async (): Promise<void> => {
    const dropped = session
    session = null
    await (await dropped?.catch(() => null))?.release()
  }
  const startTimer = (): void => {
    clearTimeout(timer)
    if (idleSeconds === undefined) return
    timer = setTimeout(() => {
      // Nothing waits for it, and a session that cannot be released is gone all the same.
      if (users === 0) drop().catch(() => undefined)
    }, idleSeconds * 1000)
    // It must not keep a process alive that has nothing else to do.
    timer.unref()
  }
  startTimer()
  return {
    async take() {
      users += 1
      clearTimeout(timer)
      const loading = (session ??= load())
      try {
        return await loading
      } catch (error) {
        users -= 1
        if (session === loading) session = null
        throw error
      }
    },
    giveBack() {
      users -= 1
      if (users === 0) startTimer()
    },
    async close() {
      clearTimeout(timer)
      await drop()
    },
  }
}

function describe(file: string, info: ort.InferenceSession.ValueMetadata): TensorInfo {
  if (!info.isTensor || info.type === 'string' || info.type === 'uint4' || info.type === 'int4') {
    throw new MedlsamError(
      'model',
      `The model file ${file} has an input or output "${info.name}" that is not a tensor of plain numbers, so it cannot be used here.`,
      file,
    )
  }
  return { name: info.name, type: info.type, dims: info.shape }
}

function toOrt(tensor: NetworkTensor, type: TensorType | undefined): ort.Tensor {
  const { data, dims } = tensor
  // Two types share their array with another one, and only the network knows which is meant.
  if (type === 'float16' && data instanceof Uint16Array) return new ort.Tensor('float16', data, dims)
  if (type === 'bool' && data instanceof Uint8Array) return new ort.Tensor('bool', data, dims)
  return new ort.Tensor(data, dims)
}

function fromOrt(value: ort.OnnxValue): NetworkTensor {
  const { data, dims } = value
  if (Array.isArray(data)) throw new TypeError('an output holds text')
  return { data, dims }
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.split('\n', 1)[0].replace(/[.\s]+$/, '')
}
