import path from 'node:path'
import { z } from 'zod'
import { readTextFile } from '../../shared/node/readTextFile.js'
import {
  registrySchema,
  type ModelVariant,
  type Precision,
  type Registry,
  type RegistryEntry,
} from '../../shared/modelTypes.js'
import { MedlsamError } from '../../shared/medlsamError.js'

/** File name of the registry in the assets folder. */
const REGISTRY_FILE = 'registry.json'

/**
 * Reads the registry of known models.
 * @throws MedlsamError `model` when it is missing or not valid
 */
export async function readRegistry(assetsFolder: string): Promise<Registry> {
  const file = path.join(assetsFolder, REGISTRY_FILE)
  let json: unknown
  try {
    json = JSON.parse(await readTextFile(file))
  } catch (cause) {
    throw new MedlsamError(
      'model',
      `The model registry ${file} cannot be read: run "npm run build" or reinstall.`,
      file,
      { cause },
    )
  }
  const parsed = registrySchema.safeParse(json)
  if (!parsed.success)
    throw new MedlsamError(
      'model',
      `The model registry ${file} is not valid: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`,
      file,
    )
  return parsed.data
}

/**
 * The entry of an id.
 * @throws MedlsamError `usage` that lists the ids
 */
export function entryOf({ models }: Registry, id: string): RegistryEntry {
  const entry = models.find((candidate) => candidate.id === id)
  if (entry === undefined)
    throw new MedlsamError(
      'usage',
      `The registry has no model "${id}": it has ${models.map((model) => model.id).join(', ')}.`,
    )
  return entry
}

/**
 * The variant of a precision; the entry's first when none is asked for.
 * @throws MedlsamError `usage` that lists the precisions
 */
export function variantOf(entry: RegistryEntry, precision: Precision | undefined): ModelVariant {
  const variant =
    precision === undefined
      ? entry.variants.at(0)
      : entry.variants.find((candidate) => candidate.precision === precision)
  if (variant === undefined) {
    const known = entry.variants.map((candidate) => candidate.precision).join(', ')
    throw new MedlsamError(
      'usage',
      `The model "${entry.id}" has no ${precision ?? 'files'} to download${known === '' ? '' : `: it has ${known}`}.`,
    )
  }
  return variant
}

/** Whether every file of a variant has a published SHA-256, by itself or through its archive. */
export function hashesKnown({ files, archives = [] }: ModelVariant): boolean {
  return files.every(
    ({ sha256, archive }) =>
      sha256 !== null || archives.some(({ name, sha256: whole }) => name === archive?.name && whole !== null),
  )
}
