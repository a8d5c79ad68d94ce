import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { copyFile, rename, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { makeFolders } from '../../../shared/node/makeFolders.js'
import type { GpuRuntimeInfo } from '../../../shared/modelTypes.js'
import { defined } from '../../../shared/defined.js'
import { MedlsamError, throwIfCancelled } from '../../../shared/medlsamError.js'
import { outputError, writeTextAtomic } from '../../../shared/node/wholeFiles.js'
import { sha256File } from '../../../shared/node/hash.js'
import { RUNTIME_VERSION, runtimeFolder } from '../../runtime/onnx.js'
import { GPU_RUNTIME_FILES } from '../../runtime/providerTable.js'
import { extractMember } from '../download/extractMember.js'
import { discard, fetchFile } from '../download/fetchFile.js'
import { withFolderLock } from '../download/folderLock.js'
import type { NetworkAccess } from '../download/httpClient.js'
import type { DownloadHooks } from '../install/downloadModel.js'
import { refuseOffline, type ModelsContext } from '../modelsContext.js'

/** What onnxruntime-node's own install script would fetch (its script/install-metadata.js), where scripts are allowed to run. */
const PACKAGE = 'Microsoft.ML.OnnxRuntime.Gpu.Linux'
const MEMBER_FOLDER = 'runtimes/linux-x64/native'
const FEED = 'https://api.nuget.org/v3/index.json'
/** SHA-256 of the package by version. Nobody has published one for 1.30.0 that we could check, so there is none yet. */
const PINNED_SHA256: Readonly<Record<string, string>> = {}
/** No file of the package is larger. */
const MOST_BYTES = 4 * 2 ** 30
const RECORD = 'runtime.json'

/** Where the package is looked for and the files are put; everything has a default, tests name their own. */
export interface GpuRuntimePlaces {
  readonly feed?: string
  readonly version?: string
  /** Folder of ONNX Runtime's binary. */
  readonly binaryFolder?: string
  readonly pinnedSha256?: string | null
  readonly supported?: boolean
}

/** Whether the GPU files are needed, there, and what getting them means. */
export function gpuRuntimeInfo({ modelsFolder }: ModelsContext, places: GpuRuntimePlaces = {}): GpuRuntimeInfo {
  const { version, supported, binaryFolder, pinned } = withDefaults(places)
  const check =
    pinned === null
      ? 'no SHA-256 is pinned here, so it is checked against the SHA-512 that NuGet publishes, and only with your consent'
      : 'checked against a pinned SHA-256'
  return {
    supported,
    installed: GPU_RUNTIME_FILES.every(
      (file) =>
        existsSync(path.join(binaryFolder, file)) || existsSync(path.join(folderOf(modelsFolder, version), file)),
    ),
    version,
    about: supported
      ? `The CUDA and TensorRT providers of ONNX Runtime ${version} come as the NuGet package ${PACKAGE} (about 240 MB; ${check}). They need an NVIDIA driver, CUDA and cuDNN on this machine.`
      : 'On this system ONNX Runtime brings its providers along; there is nothing to fetch.',
  }
}

/**
 * Fetches the provider files for exactly this version of ONNX Runtime into the models folder and links them beside its
 * binary. Continues what was cut off.
 * @throws MedlsamError `usage` where there is nothing to fetch, offline, or without consent to a package that is not pinned;
 *   `model` when the feed has not got it or a checksum differs; `output`
 */
export async function downloadGpuRuntime(
  context: ModelsContext,
  acceptUnverified: boolean,
  hooks: DownloadHooks = {},
  places: GpuRuntimePlaces = {},
): Promise<GpuRuntimeInfo> {
  const { feed, version, supported, pinned } = withDefaults(places)
  const info = gpuRuntimeInfo(context, places)
  if (!supported) throw new MedlsamError('usage', info.about)
  if (pinned === null && !acceptUnverified) {
    throw new MedlsamError(
      'usage',
      `No SHA-256 is pinned for ${PACKAGE} ${version}: take it all the same, checked against the SHA-512 that NuGet publishes for it.`,
      undefined,
      { remedy: { option: 'acceptUnverified' } },
    )
  }
  const folder = folderOf(context.modelsFolder, version)
  const isThere = (): boolean => existsSync(path.join(folder, RECORD))
  // Asked before the lock too, which a folder that may only be read has no room for.
  if (!isThere())
    await withFolderLock(
      folder,
      async () => {
        if (isThere()) return
        refuseOffline(context, `The GPU runtime of ONNX Runtime ${version}`)
        await makeFolders(folder).catch((error: unknown) => {
          throw outputError(folder, error)
        })
        // Loaded where it is needed: it would be a fifth of what every command loads.
        const { openNetworkAccess } = await import('../download/httpClient.js')
        const network = openNetworkAccess(context.network)
        try {
          await install({ feed, version, pinned, folder, network }, hooks)
        } finally {
          await network.close()
        }
      },
      hooks.signal,
    )
  await linkGpuRuntime(context.modelsFolder, places)
  return gpuRuntimeInfo(context, places)
}

/**
 * Puts fetched provider files where ONNX Runtime looks for them, which an update of the extension may have emptied.
 * Does nothing when none were fetched for this version.
 */
export async function linkGpuRuntime(modelsFolder: string, places: GpuRuntimePlaces = {}): Promise<void> {
  const { version, binaryFolder } = withDefaults(places)
  const folder = folderOf(modelsFolder, version)
  if (!existsSync(path.join(folder, RECORD))) return
  for (const name of GPU_RUNTIME_FILES) {
    const [source, target] = [path.join(folder, name), path.join(binaryFolder, name)]
    if (existsSync(target)) continue
    // A dangling link of an earlier folder is in the way of a new one.
    await rm(target, { force: true })
    await symlink(source, target)
      .catch(() => copyFile(source, target))
      .catch((error: unknown) => {
        throw outputError(target, error)
      })
  }
}

/** A package to fetch, and where to. */
interface GpuPackage {
  readonly feed: string
  readonly version: string
  /** SHA-256 that it must have; null when none is known. */
  readonly pinned: string | null
  readonly folder: string
  readonly network: NetworkAccess
}

async function install(
  { feed, version, pinned, folder, network }: GpuPackage,
  { signal, onBytes, retryPausesMs }: DownloadHooks,
): Promise<void> {
  const { url, sizeBytes, sha512 } = await resolvePackage(feed, version, network, signal)
  const part = path.join(folder, 'package.nupkg.part')
  const sha256 = await fetchFile({ url, sizeBytes, sha256: pinned }, part, {
    network,
    ...defined({ signal, retryPausesMs }),
    onBytes: (done, total) => onBytes?.(done, total ?? 0, PACKAGE),
  })
  const actual = await sha512Base64(part)
  if (actual !== sha512) {
    await discard(part)
    throw new MedlsamError(
      'model',
      `${url} has SHA-512 ${actual} instead of ${sha512}, which the feed publishes: it was thrown away; try again.`,
    )
  }
  const files: Record<string, string> = {}
  for (const name of GPU_RUNTIME_FILES) {
    const target = path.join(folder, name)
    throwIfCancelled(signal)
    await extractMember(part, `${MEMBER_FOLDER}/${name}`, `${target}.part`, MOST_BYTES, signal)
    files[name] = await sha256File(`${target}.part`)
    await rename(`${target}.part`, target)
  }
  throwIfCancelled(signal)
  await writeTextAtomic(
    path.join(folder, RECORD),
    `${JSON.stringify({ package: PACKAGE, version, url, sha256, sha512, pinned: pinned !== null, files }, null, 2)}\n`,
  )
  await rm(part, { force: true })
}

const indexSchema = z.object({ resources: z.array(z.object({ '@id': z.string(), '@type': z.string() })) })
const leafSchema = z.object({ catalogEntry: z.string(), packageContent: z.string() })
const catalogSchema = z.object({
  packageHash: z.string(),
  packageHashAlgorithm: z.literal('SHA512'),
  packageSize: z.int().positive(),
})

/** Address, size and hash of the package, as NuGet's protocol has them: https://learn.microsoft.com/nuget/api/overview */
async function resolvePackage(
  feed: string,
  version: string,
  network: NetworkAccess,
  signal: AbortSignal | undefined,
): Promise<{ readonly url: string; readonly sizeBytes: number; readonly sha512: string }> {
  const { resources } = await fetchJson(feed, indexSchema, network, signal)
  const registrations = resources.find((resource) => /^RegistrationsBaseUrl/.test(resource['@type']))?.['@id']
  if (registrations === undefined)
    throw new MedlsamError(
      'model',
      `${feed} lists no package registrations: the feed has changed, look for a newer version of this extension.`,
    )
  const leaf = await fetchJson(
    `${registrations.replace(/\/*$/, '')}/${PACKAGE.toLowerCase()}/${version}.json`,
    leafSchema,
    network,
    signal,
  )
  const { packageHash, packageSize } = await fetchJson(leaf.catalogEntry, catalogSchema, network, signal)
  return { url: leaf.packageContent, sizeBytes: packageSize, sha512: packageHash }
}

async function fetchJson<T>(
  url: string,
  schema: z.ZodType<T>,
  network: NetworkAccess,
  signal: AbortSignal | undefined,
): Promise<T> {
  try {
    const { statusCode, headers, body } = await network.request(url, { 'accept-encoding': 'gzip' }, signal)
    const bytes = Buffer.from(await body.arrayBuffer())
    if (statusCode !== 200) throw new Error(`the server answered ${statusCode}`)
    return schema.parse(
      JSON.parse((headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8')),
    )
  } catch (cause) {
    throwIfCancelled(signal)
    throw new MedlsamError(
      'model',
      `${url} cannot be read (${cause instanceof z.ZodError ? 'it is not what a NuGet feed answers' : cause instanceof Error ? cause.message : String(cause)}): check the connection and the proxy settings and try again.`,
      undefined,
      { cause },
    )
  }
}

async function sha512Base64(file: string): Promise<string> {
  const hash = createHash('sha512')
  await pipeline(createReadStream(file), hash)
  return hash.digest('base64')
}

function folderOf(modelsFolder: string, version: string): string {
  return path.join(modelsFolder, '.gpu-runtime', `onnxruntime-${version}-linux-x64`)
}

function withDefaults({ feed, version, binaryFolder, pinnedSha256, supported }: GpuRuntimePlaces): {
  readonly feed: string
  readonly version: string
  readonly binaryFolder: string
  readonly pinned: string | null
  readonly supported: boolean
} {
  const wanted = version ?? RUNTIME_VERSION
  return {
    feed: feed ?? FEED,
    version: wanted,
    binaryFolder: binaryFolder ?? runtimeFolder(),
    pinned: pinnedSha256 === undefined ? (wanted in PINNED_SHA256 ? PINNED_SHA256[wanted] : null) : pinnedSha256,
    supported: supported ?? (process.platform === 'linux' && process.arch === 'x64'),
  }
}
