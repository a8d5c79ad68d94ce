import { rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { makeFolders } from '../../../shared/node/makeFolders.js'
import type {
  DownloadModelRequest,
  InstalledModel,
  ModelArchive,
  ModelFile,
  ModelVariant,
  RegistryEntry,
  Trust,
} from '../../../shared/modelTypes.js'
import { defined } from '../../../shared/defined.js'
import { MedlsamError, throwIfCancelled } from '../../../shared/medlsamError.js'
import { sha256File } from '../../../shared/node/hash.js'
import { extractMember } from '../download/extractMember.js'
import { discard, fetchFile, type FetchHooks } from '../download/fetchFile.js'
import { withFolderLock } from '../download/folderLock.js'
import { firstUseHash, rememberFirstUse } from './firstUse.js'
import { clearFolder, findIntact, variantFolder, writeInstalled } from './installed.js'
import { refuseOffline, type ModelsContext } from '../modelsContext.js'
import { identifyFiles } from './identify.js'
import { entryOf, hashesKnown, variantOf } from '../registry.js'

/** What accompanies a download. */
export interface DownloadHooks {
  readonly signal?: AbortSignal
  /** Bytes so far and in all (0 where that is not known), and the file they belong to. */
  readonly onBytes?: (done: number, total: number, file: string) => void
  readonly retryPausesMs?: readonly number[]
}

type InstalledFile = InstalledModel['files'][number]

/**
 * Downloads a model of the registry into the models folder; answers at once when it is there already, and replaces what
 * is missing or corrupt. Continues what was cut off, and never runs twice at the same time on the same folder, whichever
 * process asks.
 * @throws MedlsamError `usage` for what may not be downloaded (built in, import only, offline, licence or missing
 *   hashes not accepted), `model` for what the server has not got or what is not what was published, `output`, `cancelled`
 */
export async function downloadModel(
  context: ModelsContext,
  request: DownloadModelRequest,
  hooks: DownloadHooks = {},
): Promise<InstalledModel> {
  const entry = entryOf(context.registry, request.id)
  if (entry.origin === 'embedded')
    throw new MedlsamError('usage', `The model "${entry.id}" is built in: there is nothing to download.`)
  if (entry.origin === 'import')
    throw new MedlsamError('usage', `The model "${entry.id}" cannot be downloaded. ${entry.importHint ?? ''}`.trim())
  const variant = variantOf(entry, request.precision)
  const { license } = entry
  if (!license.permissive && request.acceptLicense !== true) {
    throw new MedlsamError(
      'usage',
      `The licence of "${entry.id}" (${license.spdx}, ${license.url}) must be read and accepted first.${license.note === undefined ? '' : ` ${license.note}`}`,
      undefined,
      { remedy: { option: 'acceptLicense' } },
    )
  }
  if (!hashesKnown(variant) && request.acceptUnverified !== true) {
    throw new MedlsamError(
      'usage',
      `Nobody has published a SHA-256 for files of "${entry.id}": take them as they come, and later downloads are compared with the first.`,
      undefined,
      { remedy: { option: 'acceptUnverified' } },
    )
  }
  const folder = variantFolder(context.modelsFolder, entry.id, variant.precision)
  const find = (): Promise<InstalledModel | null> => findIntact(context.modelsFolder, entry.id, variant.precision)
  // Before the lock, which a folder that may only be read has no room for.
  const present = await find()
  if (present !== null) return present
  const wait = (): void => hooks.onBytes?.(0, 0, 'waiting for another window that downloads it')
  return withFolderLock(
    folder,
    async () => {
      const brought = await find()
      if (brought !== null) return brought
      refuseOffline(context, `The model "${entry.id}"`)
      return install({ context, variant, folder, hooks }, entry)
    },
    hooks.signal,
    wait,
  )
}

/** The download of a variant of a model. */
interface Download {
  readonly context: ModelsContext
  readonly variant: ModelVariant
  /** Where its files go. */
  readonly folder: string
  readonly hooks: DownloadHooks
}

/** Fetches one file or archive to a path. @returns the SHA-256 of what came */
type Fetch = (remote: ModelArchive, part: string, expected: string | null) => Promise<string>

async function install(download: Download, entry: RegistryEntry): Promise<InstalledModel> {
  const { variant, folder, hooks } = download
  await makeFolders(folder).catch((cause: unknown) => {
    throw new MedlsamError('output', `The models folder ${folder} cannot be made: choose another one.`, folder, {
      cause,
      remedy: { option: 'modelsFolder' },
    })
  })
  const files = await fetchAll(download)
  throwIfCancelled(hooks.signal)
  const use = await identifyFiles(folder, files, entry).catch(async (error: unknown) => {
    // Whole but of no use: leaving it would only make the next try fail the same way.
    const own = new Set(variant.files.map(({ name }) => name))
    await clearFolder(folder, (name) => own.has(name))
    throw error
  })
  // Identified last, so that a download that was stopped is never installed.
  throwIfCancelled(hooks.signal)
  const { license } = entry
  const now = new Date().toISOString()
  const model: InstalledModel = {
    format: 'medlsam-installed-model',
    formatVersion: 1,
    id: entry.id,
    title: entry.title,
    precision: variant.precision,
    origin: 'download',
    provenance: entry.provenance,
    license,
    licenseAcceptedAt: license.permissive ? null : now,
    installedAt: now,
    files,
    use,
  }
  await writeInstalled(folder, model)
  for (const { name } of variant.archives ?? []) await rm(path.join(folder, `${name}.part`), { force: true })
  return model
}

/** Gets all files of a variant to their final names, checked. */
async function fetchAll(download: Download): Promise<InstalledFile[]> {
  const { context, variant, hooks } = download
  const { signal, retryPausesMs } = hooks
  // Loaded where it is needed: it would be a fifth of what every command loads.
  const { openNetworkAccess } = await import('../download/httpClient.js')
  const network = openNetworkAccess(context.network)
  const progress = sumProgress(variant, hooks)
  const fetch: Fetch = ({ name, url, sizeBytes }, part, sha256) =>
    fetchFile({ url, sizeBytes, sha256 }, part, {
      network,
      ...defined({ signal, retryPausesMs }),
      onBytes: progress(name),
    })
  const files: InstalledFile[] = []
  try {
    for (const file of variant.files) {
      throwIfCancelled(signal)
      files.push(await obtain(download, file, fetch))
    }
  } finally {
    await network.close()
  }
  return files
}

/** Gets one file of a model to its final name, checked. */
async function obtain(download: Download, file: ModelFile, fetch: Fetch): Promise<InstalledFile> {
  const { context, folder } = download
  const { name, url, sha256: published, archive } = file
  const target = path.join(folder, name)
  // An earlier try may have got this far.
  if (published !== null && (await sha256File(target).catch(() => null)) === published)
    return installedFile(target, name, published, 'registry')
  if (archive !== undefined) return unpackFrom(download, file, archive, fetch)
  if (url === undefined) throw new MedlsamError('internal', `The registry does not say where ${name} comes from.`)
  const part = `${target}.part`
  const sha256 = await fetch({ ...file, url }, part, published ?? (await firstUseHash(context.modelsFolder, url)))
  await rename(part, target)
  if (published === null) await rememberFirstUse(context.modelsFolder, url, sha256)
  return installedFile(target, name, sha256, published === null ? 'firstUse' : 'registry')
}

/** Gets a file that comes inside an archive. */
async function unpackFrom(
  download: Download,
  { name, sizeBytes, sha256: published }: ModelFile,
  archive: NonNullable<ModelFile['archive']>,
  fetch: Fetch,
): Promise<InstalledFile> {
  const { variant, folder, hooks } = download
  const source = archiveOf(variant, archive.name)
  const { path: zip, trust } = await fetchArchive(download, source, fetch)
  const target = path.join(folder, name)
  const part = `${target}.part`
  await extractMember(zip, archive.member, part, sizeBytes ?? Number.MAX_SAFE_INTEGER, hooks.signal)
  const sha256 = await sha256File(part)
  if (published !== null && sha256 !== published) {
    await discard(part)
    throw new MedlsamError(
      'model',
      `${name} in ${source.url} has SHA-256 ${sha256} instead of the published ${published}: it was thrown away; report it.`,
    )
  }
  await rename(part, target)
  return installedFile(target, name, sha256, published === null ? trust : 'registry')
}

async function fetchArchive(
  { context, folder }: Download,
  archive: ModelArchive,
  fetch: Fetch,
): Promise<{ readonly path: string; readonly trust: Trust }> {
  const { name, url, sha256 } = archive
  // It keeps the name of what is unfinished, for it goes once its files are there.
  const part = path.join(folder, `${name}.part`)
  const trust = sha256 === null ? 'firstUse' : 'registry'
  const expected = sha256 ?? (await firstUseHash(context.modelsFolder, url))
  // Another file of the model came out of it a moment ago, or an earlier try fetched it.
  if (expected !== null && (await sha256File(part).catch(() => null)) === expected) return { path: part, trust }
  const actual = await fetch(archive, part, expected)
  if (sha256 === null) await rememberFirstUse(context.modelsFolder, url, actual)
  return { path: part, trust }
}

async function installedFile(target: string, name: string, sha256: string, trust: Trust): Promise<InstalledFile> {
  return { name, sizeBytes: (await stat(target)).size, sha256, trust }
}

function archiveOf({ archives = [] }: ModelVariant, name: string): ModelArchive {
  const archive = archives.find((candidate) => candidate.name === name)
  if (archive === undefined) throw new MedlsamError('internal', `The registry does not list the archive ${name}.`)
  return archive
}

/** One count over everything that a variant fetches. */
function sumProgress(
  variant: ModelVariant,
  { onBytes }: DownloadHooks,
): (source: string) => NonNullable<FetchHooks['onBytes']> {
  const sources = [...variant.files.filter(({ url }) => url !== undefined), ...(variant.archives ?? [])]
  const sizes = new Map(sources.map(({ name, sizeBytes }) => [name, { done: 0, total: sizeBytes }]))
  return (source) => (done, total) => {
    sizes.set(source, { done, total })
    const all = [...sizes.values()]
    onBytes?.(
      all.reduce((sum, size) => sum + size.done, 0),
      all.some((size) => size.total === null) ? 0 : all.reduce((sum, size) => sum + (size.total ?? 0), 0),
      source,
    )
  }
}
