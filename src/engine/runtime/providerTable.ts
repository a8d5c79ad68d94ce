import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { Provider } from './network.js'

/** A provider that ONNX Runtime's npm package has on a platform. */
export interface PlatformProvider {
  readonly provider: Provider
  /** Whether `auto` may try it: not what takes minutes to start. */
  readonly auto: boolean
  /** Files that the npm package leaves out, beside its binary; empty for none. */
  readonly extraFiles: readonly string[]
  /** A cheap look whether this machine can have the hardware; trying it for real comes later. */
  readonly plausible: () => boolean
}

const always = (): boolean => true
const CPU: PlatformProvider = { provider: 'cpu', auto: true, extraFiles: [], plausible: always }
const WEBGPU: PlatformProvider = { provider: 'webgpu', auto: true, extraFiles: [], plausible: always }
const DIRECTML: PlatformProvider = { provider: 'directml', auto: true, extraFiles: [], plausible: always }
const COREML: PlatformProvider = { provider: 'coreml', auto: true, extraFiles: [], plausible: always }

/** What the CUDA and TensorRT providers need beside ONNX Runtime's binary on Linux. */
export const GPU_RUNTIME_FILES = [
  'libonnxruntime_providers_shared.so',
  'libonnxruntime_providers_cuda.so',
  'libonnxruntime_providers_tensorrt.so',
] as const

/**
 * Providers per platform, by the table in the README of onnxruntime-node 1.30; the first that is fastest wins. An
 * absent platform has the CPU alone.
 */
const PROVIDERS: Readonly<Record<string, readonly PlatformProvider[]>> = {
  'linux-x64': [
    // TensorRT compiles a model for minutes when it is loaded: only on request.
    {
      provider: 'tensorrt',
      auto: false,
      extraFiles: [GPU_RUNTIME_FILES[0], GPU_RUNTIME_FILES[2]],
      plausible: hasNvidia,
    },
    { provider: 'cuda', auto: true, extraFiles: [GPU_RUNTIME_FILES[0], GPU_RUNTIME_FILES[1]], plausible: hasNvidia },
    { ...WEBGPU, plausible: hasRenderDevice },
    CPU,
  ],
  'linux-arm64': [CPU],
  'win32-x64': [DIRECTML, WEBGPU, CPU],
  'win32-arm64': [DIRECTML, WEBGPU, CPU],
  'darwin-arm64': [COREML, WEBGPU, CPU],
}

/** The providers of a platform, this machine's when none is named. */
export function platformProviders(
  platform: string = process.platform,
  arch: string = process.arch,
): readonly PlatformProvider[] {
  return PROVIDERS[`${platform}-${arch}`] ?? [CPU]
}

/** The files of a provider that are missing in the folder of ONNX Runtime's binary. */
export function missingFiles(provider: Provider, runtimeFolder: string): string[] {
  const entry = platformProviders().find((candidate) => candidate.provider === provider)
  return (entry?.extraFiles ?? []).filter((file) => !existsSync(path.join(runtimeFolder, file)))
}

/** Providers that `auto` should try on this machine, the CPU last. */
export function autoCandidates(runtimeFolder: string): Provider[] {
  return platformProviders()
    .filter(
      ({ provider, auto, plausible }) => auto && plausible() && missingFiles(provider, runtimeFolder).length === 0,
    )
    .map(({ provider }) => provider)
}

function hasNvidia(): boolean {
  return existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidiactl') || existsSync('/dev/dxg')
}

function hasRenderDevice(): boolean {
  try {
    return readdirSync('/dev/dri').some((name) => name.startsWith('render'))
  } catch {
    return false
  }
}
