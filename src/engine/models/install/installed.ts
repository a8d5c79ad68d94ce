import { existsSync } from 'node:fs'
import { readdir, readFile, rm, rmdir } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { makeFolders } from '../../../shared/node/makeFolders.js'
import {
  installedModelSchema,
  PRECISIONS,
  type InstalledModel,
  type ModelChoice,
  type Precision,
  type VerifiedFile,
} from '../../../shared/modelTypes.js'
import { MedlsamError } from '../../../shared/medlsamError.js'
import { outputError, writeTextAtomic } from '../../../shared/node/wholeFiles.js'
import { sha256File } from '../../../shared/node/hash.js'

/** Record that lies with the files of an installed model; without it there is no installed model. */
const MODEL_RECORD = 'model.json'
/** Endings of the files that make up a finished model: graphs, weights beside them, constants, a localizer's card. */
export const FINISHED = /\.(onnx|onnx_data|onnx\.data|data|npy|json)$/i
/** What is still being fetched or unpacked, and what is noted of it. */
const UNFINISHED = /\.part(\.etag)?$/

/** An installed model and where it lies. */
export interface InstalledVariant {
  readonly model: InstalledModel
  readonly folder: string
}

/** A model's folder whose record cannot be used. */
export interface CorruptVariant {
  readonly id: string
  readonly precision: Precision
  readonly folder: string
  /** The record. */
  readonly file: string
  /** What is wrong and what to do about it, one sentence. */
  readonly problem: string
}

/** What is installed, and what lies in the models folder but cannot be used. */
export interface InstalledModels {
  readonly variants: readonly InstalledVariant[]
  readonly corrupt: readonly CorruptVariant[]
}

/** Folder of one precision of a model. */
export function variantFolder(modelsFolder: string, id: string, precision: Precision): string {
  return path.join(modelsFolder, id, precision)
}

/** Absolute paths of an installed model's files, as recorded. */
export function installedFiles({
  model,
  folder,
}: InstalledVariant): { readonly path: string; readonly sha256: string }[] {
  return model.files.map(({ name, sha256 }) => ({ path: path.join(folder, name), sha256 }))
}

/** Whether every file is there and has its recorded SHA-256. */
async function isIntact(variant: InstalledVariant): Promise<boolean> {
  for (const file of installedFiles(variant)) {
    if ((await sha256File(file.path).catch(() => null)) !== file.sha256) return false
  }
  return true
}

/** The model as installed, when all of its files are as recorded; null when it must be fetched. */
export async function findIntact(
  modelsFolder: string,
  id: string,
  precision: Precision,
): Promise<InstalledModel | null> {
  const { variants } = await readInstalled(modelsFolder)
  const present = variants.find(({ model }) => model.id === id && model.precision === precision)
  return present !== undefined && (await isIntact(present)) ? present.model : null
}

/** Reads every record in the models folder, sorted by id and precision; a folder that does not exist holds nothing. */
export async function readInstalled(modelsFolder: string): Promise<InstalledModels> {
  const variants: InstalledVariant[] = []
  const corrupt: CorruptVariant[] = []
  for (const id of await subfolders(modelsFolder)) {
    for (const precision of PRECISIONS) {
      const folder = variantFolder(modelsFolder, id, precision)
      const file = path.join(folder, MODEL_RECORD)
      if (!existsSync(file)) continue
      const parsed = installedModelSchema.safeParse(await jsonOrNull(file))
      const remedy = `remove ${id} (${precision}) and install the model again.`
      if (!parsed.success)
        corrupt.push({
          id,
          precision,
          folder,
          file,
          problem: `${file} is not valid (${z.prettifyError(parsed.error).replaceAll('\n', ' ')}): ${remedy}`,
        })
      else if (parsed.data.id !== id || parsed.data.precision !== precision)
        corrupt.push({ id, precision, folder, file, problem: `${file} belongs to another folder: ${remedy}` })
      else variants.push({ model: parsed.data, folder })
    }
  }
  return { variants, corrupt }
}

/** Records a model as installed; its files must lie in the folder already. */
export async function writeInstalled(folder: string, model: InstalledModel): Promise<void> {
  await makeFolders(folder)
  await writeTextAtomic(path.join(folder, MODEL_RECORD), `${JSON.stringify(model, null, 2)}\n`)
}

/**
 * Deletes an installed model, also one whose record is corrupt, the record first so that half of it is never met. What
 * else lies in its folder stays.
 * @returns the folders that it lay in
 * @throws MedlsamError `usage` when it is not installed, `output`
 */
export async function removeInstalled(modelsFolder: string, choice: ModelChoice): Promise<string[]> {
  const { variants, corrupt } = chosen(await readInstalled(modelsFolder), choice)
  for (const { folder, model } of variants) {
    const own = new Set(model.files.map(({ name }) => name))
    await clearFolder(folder, (name) => own.has(name))
  }
  // What the record named is not known, but other files than a model's are none of its.
  for (const { folder } of corrupt) await clearFolder(folder, (name) => FINISHED.test(name))
  return [...variants, ...corrupt].map(({ folder }) => folder)
}

/**
 * Deletes what a model left in its folder: the record, what is unfinished, and other files that are its own; then the
 * folder, if nothing else lies there.
 * @returns whether the folder is gone
 * @throws MedlsamError `output`
 */
export async function clearFolder(folder: string, isOwn: (name: string) => boolean): Promise<boolean> {
  try {
    await rm(path.join(folder, MODEL_RECORD), { force: true })
    const entries = await readdir(folder, { withFileTypes: true })
    for (const entry of entries) {
      if (!entry.isDirectory() && (UNFINISHED.test(entry.name) || isOwn(entry.name)))
        await rm(path.join(folder, entry.name), { force: true })
    }
  } catch (error) {
    if (!existsSync(folder)) return true
    throw outputError(folder, error)
  }
  // Both fail when something is left there, and should: others' files, another precision.
  const gone = await rmdir(folder).then(
    () => true,
    () => false,
  )
  if (gone) await rmdir(path.dirname(folder)).catch(() => undefined)
  return gone
}

/**
 * Compares files with their recorded SHA-256.
 * @param choice which model; all installed ones for null
 */
export async function verifyInstalled(modelsFolder: string, choice: ModelChoice | null): Promise<VerifiedFile[]> {
  const all = await readInstalled(modelsFolder)
  const { variants, corrupt } = choice === null ? all : chosen(all, choice)
  const verified: VerifiedFile[] = []
  for (const { model, folder } of variants) {
    for (const { name, sha256, trust } of model.files) {
      const file = path.join(folder, name)
      const actual = await sha256File(file).catch(() => null)
      verified.push({
        id: model.id,
        precision: model.precision,
        path: file,
        state: actual === null ? 'missing' : actual === sha256 ? 'intact' : 'changed',
        trust,
      })
    }
  }
  return [
    ...verified,
    ...corrupt.map(({ id, precision, file, problem }): VerifiedFile => ({
      id,
      precision,
      path: file,
      state: 'changed',
      trust: 'user',
      problem,
    })),
  ]
}

function chosen({ variants, corrupt }: InstalledModels, { id, precision }: ModelChoice): InstalledModels {
  const fits = (candidate: ModelChoice): boolean =>
    candidate.id === id && (precision === undefined || candidate.precision === precision)
  const found = { variants: variants.filter(({ model }) => fits(model)), corrupt: corrupt.filter(fits) }
  if (found.variants.length + found.corrupt.length > 0) return found
  const known = [...new Set([...variants.map(({ model }) => model.id), ...corrupt.map((each) => each.id)])].join(', ')
  throw new MedlsamError(
    'usage',
    `The model "${id}"${precision === undefined ? '' : ` in ${precision}`} is not installed${known === '' ? '' : `: installed are ${known}`}.`,
  )
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort()
}

/** Null where there is no file, or what is in it is no JSON. */
async function jsonOrNull(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return null
  }
}
