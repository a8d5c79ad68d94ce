import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { installedModelSchema, type InstalledModel, type ModelChoice, type Precision, type VerifiedFile } from '../../protocol/models.js'
import { MedlsamError } from '../errors.js'
import { writeTextAtomic } from '../files.js'
import { sha256File } from '../hash.js'

/** Record that lies with the files of an installed model; without it there is no installed model. */
const MODEL_RECORD = 'model.json'

/** An installed model and where it lies. */
export interface InstalledVariant {
  readonly model: InstalledModel
  readonly folder: string
}

/** What is installed, and what lies in the models folder but cannot be used. */
export interface InstalledModels {
  readonly variants: readonly InstalledVariant[]
  readonly problems: readonly string[]
}

/** Folder of one precision of a model. */
export function variantFolder(modelsFolder: string, id: string, precision: Precision): string {
  return path.join(modelsFolder, id, precision)
}

/** Absolute paths of an installed model's files, as recorded. */
export function installedFiles({ model, folder }: InstalledVariant): { readonly path: string; readonly sha256: string }[] {
  return model.files.map(({ name, sha256 }) => ({ path: path.join(folder, name), sha256 }))
}

/** Whether every file is there and has its recorded SHA-256. */
export async function isIntact(variant: InstalledVariant): Promise<boolean> {
  for (const file of installedFiles(variant)) {
    if ((await sha256File(file.path).catch(() => null)) !== file.sha256) return false
  }
  return true
}

/** Reads every record in the models folder, sorted by id; a folder that does not exist holds nothing. */
export async function readInstalled(modelsFolder: string): Promise<InstalledModels> {
  const variants: InstalledVariant[] = []
  const problems: string[] = []
  for (const id of await subfolders(modelsFolder)) {
    for (const precision of await subfolders(path.join(modelsFolder, id))) {
      const folder = path.join(modelsFolder, id, precision)
      const record = path.join(folder, MODEL_RECORD)
      if (!existsSync(record)) continue
      const parsed = installedModelSchema.safeParse(await readJson(record))
      if (!parsed.success) problems.push(`${record} is not valid (${z.prettifyError(parsed.error).replaceAll('\n', ' ')}): remove the folder and install the model again.`)
      else if (parsed.data.id !== id || parsed.data.precision !== precision) problems.push(`${record} belongs to another folder: remove it and install the model again.`)
      else variants.push({ model: parsed.data, folder })
    }
  }
  return { variants, problems }
}

/** Records a model as installed; its files must lie in the folder already. */
export async function writeInstalled(folder: string, model: InstalledModel): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeTextAtomic(path.join(folder, MODEL_RECORD), `${JSON.stringify(model, null, 2)}\n`)
}

/**
 * Deletes an installed model, the record first so that nobody meets half of it.
 * @returns the folders that are gone
 * @throws MedlsamError `usage` when it is not installed
 */
export async function removeInstalled(modelsFolder: string, choice: ModelChoice): Promise<string[]> {
  const { variants } = await readInstalled(modelsFolder)
  const chosen = chosenVariants(variants, choice)
  for (const { folder } of chosen) {
    await rm(path.join(folder, MODEL_RECORD), { force: true })
    await rm(folder, { recursive: true, force: true })
    // Fails when another precision is left, and should.
    await rmdir(path.dirname(folder)).catch(() => undefined)
  }
  return chosen.map(({ folder }) => folder)
}

/**
 * Compares files with their recorded SHA-256.
 * @param choice which model; all installed ones for null
 */
export async function verifyInstalled(modelsFolder: string, choice: ModelChoice | null): Promise<VerifiedFile[]> {
  const { variants } = await readInstalled(modelsFolder)
  const verified: VerifiedFile[] = []
  for (const { model, folder } of choice === null ? variants : chosenVariants(variants, choice)) {
    for (const { name, sha256, trust } of model.files) {
      const file = path.join(folder, name)
      const actual = await sha256File(file).catch(() => null)
      verified.push({ id: model.id, precision: model.precision, path: file, state: actual === null ? 'missing' : actual === sha256 ? 'intact' : 'changed', trust })
    }
  }
  return verified
}

function chosenVariants(variants: readonly InstalledVariant[], { id, precision }: ModelChoice): readonly InstalledVariant[] {
  const chosen = variants.filter(({ model }) => model.id === id && (precision === undefined || model.precision === precision))
  if (chosen.length > 0) return chosen
  const known = [...new Set(variants.map(({ model }) => model.id))].join(', ')
  throw new MedlsamError('usage', `The model "${id}"${precision === undefined ? '' : ` in ${precision}`} is not installed${known === '' ? '' : `: installed are ${known}`}.`)
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name).sort()
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return null
  }
}
