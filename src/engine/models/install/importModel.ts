import { existsSync } from 'node:fs'
import { copyFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { makeFolders } from '../../../shared/node/makeFolders.js'
import type { ImportModelRequest, InstalledModel, Precision, RegistryEntry } from '../../../shared/modelTypes.js'
import { defined } from '../../../shared/defined.js'
import { MedlsamError, throwIfCancelled } from '../../../shared/medlsamError.js'
import { outputError, writeFolderAtomic } from '../../../shared/node/wholeFiles.js'
import { sha256File } from '../../../shared/node/hash.js'
import { isCheckpoint, openCheckpointSource } from './checkpointSource.js'
import { withFolderLock } from '../download/folderLock.js'
import { identifyFiles } from './identify.js'
import { clearFolder, FINISHED, readInstalled, variantFolder, writeInstalled } from './installed.js'
import type { ModelsContext } from '../modelsContext.js'

const PLAIN_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/

/** What accompanies an import. */
export interface ImportHooks {
  readonly signal?: AbortSignal
  readonly onBytes?: (done: number, total: number, file: string) => void
}

/**
 * Takes a model into the models folder: copies finished files and recognises what they are from the graphs, or turns a
 * checkpoint into such files; then records them. Nothing is left behind when that fails.
 * @throws MedlsamError `usage` for a wrong request, `model` for files that cannot be used, `output`, `cancelled`
 */
export async function importModel(
  context: ModelsContext,
  request: ImportModelRequest,
  hooks: ImportHooks = {},
): Promise<InstalledModel> {
  if (request.files.length === 0) throw new MedlsamError('usage', 'Name the files of the model to import.')
  if (request.files.some(isCheckpoint)) {
    const checkpoint = await openCheckpointSource(context, request)
    try {
      const { id, entry } = checkpoint
      return await install(context, request, { id, entry, fill: (folder) => checkpoint.write(folder, hooks) }, hooks)
    } finally {
      await checkpoint.close()
    }
  }
  const other = request.files.find((file) => !FINISHED.test(file))
  if (other !== undefined)
    throw new MedlsamError(
      'usage',
      `${other} is no file of a model: name a checkpoint (.pth, .safetensors), or .onnx files and what lies beside them (.onnx_data, .npy, or the card of a localizer).`,
      other,
    )
  const entry = context.registry.models.find(({ id }) => id === request.id) ?? null
  const finished: NewModel = {
    id: request.id ?? idOf(request.files[0]),
    entry,
    fill: async (folder) => ({
      files: await copyFiles(request.files, folder, hooks),
      provenance: `Imported from ${request.files.map((file) => path.basename(file)).join(', ')}.`,
    }),
  }
  return install(context, request, finished, hooks)
}

/** A model that comes into the models folder. */
interface NewModel {
  readonly id: string
  /** The registry's word on it. */
  readonly entry: RegistryEntry | null
  /** Puts its files into a folder and says where they come from. */
  readonly fill: (folder: string) => Promise<NewFiles>
}

interface NewFiles {
  readonly files: InstalledModel['files']
  readonly provenance: string
}

async function install(
  context: ModelsContext,
  request: ImportModelRequest,
  { id, entry, fill }: NewModel,
  { signal }: ImportHooks,
): Promise<InstalledModel> {
  if (entry?.origin === 'embedded')
    throw new MedlsamError('usage', `The model "${entry.id}" is built in: choose another id.`, undefined, {
      remedy: { option: 'id' },
    })
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(id))
    throw new MedlsamError('usage', `"${id}" cannot be an id: use lower-case letters, digits, dots and dashes.`)
  const precision = request.precision ?? 'fp32'
  const folder = variantFolder(context.modelsFolder, id, precision)
  return withFolderLock(
    folder,
    async () => {
      await makeRoom(context, id, precision, folder)
      let model: InstalledModel | undefined
      await writeFolderAtomic(folder, async (temporary) => {
        const filled = await fill(temporary)
        throwIfCancelled(signal)
        const { normalisation, fit } = request
        const facts = defined({ normalisation, fit })
        const use = await identifyFiles(temporary, filled.files, entry, facts).catch((error: unknown) => {
          throw withoutFolder(error, temporary)
        })
        throwIfCancelled(signal)
        model = { ...describeImport(request, { id, precision, entry }, filled), use }
        await writeInstalled(temporary, model)
      })
      if (model === undefined) throw new TypeError('the folder has been written')
      return model
    },
    signal,
  )
}

/** Clears away what a download has left in the folder; a model, or files of others, are not ours to delete. */
async function makeRoom(
  { registry, modelsFolder }: ModelsContext,
  id: string,
  precision: Precision,
  folder: string,
): Promise<void> {
  const { variants, corrupt } = await readInstalled(modelsFolder)
  if (variants.some(({ model }) => model.id === id && model.precision === precision)) {
    throw new MedlsamError(
      'usage',
      `The model "${id}" is installed in ${precision} already: remove it first, or choose another id.`,
      undefined,
      { remedy: { option: 'id' } },
    )
  }
  const bad = corrupt.find((each) => each.folder === folder)
  if (bad !== undefined)
    throw new MedlsamError('model', bad.problem, bad.file, { remedy: { option: 'removeModel', id, precision } })
  const download = registry.models
    .find((entry) => entry.id === id)
    ?.variants.find((variant) => variant.precision === precision)
  const names = new Set(download?.files.map(({ name }) => name))
  if (existsSync(folder) && !(await clearFolder(folder, (name) => names.has(name)))) {
    throw new MedlsamError(
      'usage',
      `${folder} holds files that belong to no installed model: move them away, or choose another id.`,
      folder,
      { remedy: { option: 'id' } },
    )
  }
}

/** An error in the words of the user's own files: the folder that they were copied to is gone when it is read. */
function withoutFolder(error: unknown, folder: string): unknown {
  if (!(error instanceof MedlsamError)) return error
  const { kind, message, remedy } = error
  return new MedlsamError(kind, message.replaceAll(`${folder}${path.sep}`, ''), undefined, {
    cause: error,
    ...defined({ remedy }),
  })
}

/** The record of an import, but for what it is used for. */
function describeImport(
  { title }: ImportModelRequest,
  { id, precision, entry }: Pick<NewModel, 'id' | 'entry'> & { readonly precision: Precision },
  { files, provenance }: NewFiles,
): Omit<InstalledModel, 'use'> {
  return {
    format: 'medlsam-installed-model',
    formatVersion: 1,
    id,
    title: title ?? (entry?.id === id ? entry.title : id),
    precision,
    origin: 'import',
    // What the registry says of downloads is not true of these files.
    provenance: entry === null || entry.origin === 'download' ? provenance : `${provenance} ${entry.provenance}`,
    license: entry?.license ?? null,
    licenseAcceptedAt: null,
    installedAt: new Date().toISOString(),
    files,
  }
}

async function copyFiles(
  sources: readonly string[],
  folder: string,
  { signal, onBytes }: ImportHooks,
): Promise<InstalledModel['files']> {
  const sizes = new Map<string, number>()
  for (const source of sources) {
    const info = await stat(source).catch(() => null)
    if (info?.isFile() !== true) throw new MedlsamError('model', `The model file ${source} does not exist.`, source)
    sizes.set(source, info.size)
  }
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  await makeFolders(folder)
  const files: InstalledModel['files'][number][] = []
  let done = 0
  for (const [source, sizeBytes] of sizes) {
    throwIfCancelled(signal)
    onBytes?.(done, total, path.basename(source))
    const name = storedName(source)
    if (files.some((file) => file.name === name))
      throw new MedlsamError('usage', `Two files are called ${name}: give one of them another name.`, source)
    const target = path.join(folder, name)
    await copyFile(source, target).catch((cause: unknown) => {
      throw outputError(target, cause)
    })
    files.push({ name, sizeBytes, sha256: await sha256File(target), trust: 'user' })
    done += sizeBytes
  }
  onBytes?.(done, total, '')
  return files
}

/** Weights beside a graph are found by their name, so only graphs may get another one. */
function storedName(source: string): string {
  const name = path.basename(source)
  if (PLAIN_NAME.test(name)) return name
  if (name.toLowerCase().endsWith('.onnx')) return `model-${name.replace(/[^A-Za-z0-9._-]+/g, '-')}`
  throw new MedlsamError(
    'usage',
    `${source} has a name that other programs stumble over: use letters, digits, dots and dashes.`,
    source,
  )
}

/** An id made of a file's name: what is left without the ending and the role. */
export function idOf(file: string): string {
  const stem = path
    .basename(file)
    .replace(/\.(onnx|json|npy|onnx_data)$/i, '')
    .toLowerCase()
  const bare = stem.replace(/[._-]*(image|mask|vision|prompt)?[._-]*(encoder|decoder|mask[._-]decoder)([._-].*)?$/, '')
  const id = (bare === '' ? path.basename(path.dirname(path.resolve(file))).toLowerCase() : bare)
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
  return id === '' ? 'imported' : id
}
