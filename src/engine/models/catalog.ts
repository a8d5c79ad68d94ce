import { existsSync } from 'node:fs'
import path from 'node:path'
import type { ModelsInfo, ModelSummary, Precision, RegistryEntry, VariantSummary } from '../../shared/modelTypes.js'
import { installedFiles, readInstalled, type InstalledVariant, type CorruptVariant } from './install/installed.js'
import type { ModelsContext } from './modelsContext.js'
import { hashesKnown } from './registry.js'

/** Everything that is embedded, installed or can be had: the registry's models in its order, then the user's own. */
export async function listModels(context: ModelsContext): Promise<ModelsInfo> {
  const { registry, modelsFolder, offline } = context
  const { variants, corrupt } = await readInstalled(modelsFolder)
  const own = [...new Set([...variants.map(({ model }) => model.id), ...corrupt.map(({ id }) => id)])].filter(
    (id) => !registry.models.some((entry) => entry.id === id),
  )
  return {
    folder: modelsFolder,
    offline,
    models: [
      ...registry.models.map((entry) =>
        summaryOfEntry(
          context,
          entry,
          variants.filter(({ model }) => model.id === entry.id),
          corrupt.filter(({ id }) => id === entry.id),
        ),
      ),
      ...own.map((id) =>
        summaryOfOwn(
          id,
          variants.filter(({ model }) => model.id === id),
          corrupt.filter((each) => each.id === id),
        ),
      ),
    ],
    problems: corrupt.map(({ problem }) => problem),
  }
}

/** Whether a model can segment right now. */
export function isUsableSegmenter({ task, variants }: ModelSummary): boolean {
  return task === 'segment' && variants.some(({ state }) => state === 'embedded' || state === 'installed')
}

function summaryOfEntry(
  { assetsFolder }: ModelsContext,
  entry: RegistryEntry,
  installed: readonly InstalledVariant[],
  corrupt: readonly CorruptVariant[],
): ModelSummary {
  const known = entry.variants.map((variant): VariantSummary => {
    const { precision } = variant
    const present = installed.find(({ model }) => model.precision === precision)
    if (present !== undefined) return summaryOfVariant(present)
    const bad = corrupt.find((each) => each.precision === precision)
    if (bad !== undefined) return summaryOfCorrupt(bad)
    const sizes = [...variant.files.filter(({ archive }) => archive === undefined), ...(variant.archives ?? [])].map(
      ({ sizeBytes }) => sizeBytes,
    )
    const embedded = entry.origin === 'embedded'
    const files = embedded ? variant.files.map(({ name }) => path.join(assetsFolder, name)) : []
    return {
      precision,
      state: embedded ? (files.every((file) => existsSync(file)) ? 'embedded' : 'damaged') : 'available',
      sizeBytes: sizes.reduce<number | null>((sum, size) => (sum === null || size === null ? null : sum + size), 0),
      hashesKnown: hashesKnown(variant),
      files,
    }
  })
  const isOther = (precision: Precision): boolean => !entry.variants.some((variant) => variant.precision === precision)
  return {
    id: entry.id,
    title: installed.find(({ model }) => model.origin === 'import')?.model.title ?? entry.title,
    task: entry.task,
    origin: entry.origin,
    layout: layoutOf(installed.at(0)) ?? (entry.task === 'segment' ? entry.layout : null),
    inputSizePx: entry.task === 'segment' ? entry.inputSizePx : null,
    preprocessing: preprocessingOf(installed.at(0)) ?? (entry.task === 'segment' ? entry.preprocessing : null),
    provenance: provenanceOf(entry, installed),
    license: entry.license,
    importHint: entry.importHint ?? null,
    variants: [
      ...known,
      ...installed.filter(({ model }) => isOther(model.precision)).map(summaryOfVariant),
      ...corrupt.filter(({ precision }) => isOther(precision)).map(summaryOfCorrupt),
    ],
    refusal: null,
  }
}

/** Where what is here comes from, else where what can be had would: the registry's word is not true of the user's own files. */
function provenanceOf(entry: RegistryEntry, installed: readonly InstalledVariant[]): string {
  const here = new Set(installed.map(({ model }) => model.provenance))
  return here.size === 0 ? entry.provenance : [...here].join(' ')
}

/** @param installed may be empty where the record alone is corrupt: then it is not known what it was */
function summaryOfOwn(
  id: string,
  installed: readonly InstalledVariant[],
  corrupt: readonly CorruptVariant[],
): ModelSummary {
  const model = installed.at(0)?.model
  return {
    id,
    title: model?.title ?? id,
    task: model?.use.task ?? 'segment',
    origin: 'import',
    layout: layoutOf(installed.at(0)),
    inputSizePx: null,
    preprocessing: preprocessingOf(installed.at(0)),
    provenance: model?.provenance ?? corrupt.map(({ problem }) => problem).join(' '),
    license: model?.license ?? null,
    importHint: null,
    variants: [...installed.map(summaryOfVariant), ...corrupt.map(summaryOfCorrupt)],
    refusal: null,
  }
}

function summaryOfCorrupt({ precision }: CorruptVariant): VariantSummary {
  return { precision, state: 'damaged', sizeBytes: null, hashesKnown: false, files: [] }
}

function summaryOfVariant(variant: InstalledVariant): VariantSummary {
  const files = installedFiles(variant).map((file) => file.path)
  return {
    precision: variant.model.precision,
    state: files.every((file) => existsSync(file)) ? 'installed' : 'damaged',
    sizeBytes: variant.model.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    hashesKnown: variant.model.files.every(({ trust }) => trust === 'registry'),
    files,
  }
}

function layoutOf(variant: InstalledVariant | undefined): ModelSummary['layout'] {
  return variant?.model.use.task === 'segment' ? variant.model.use.layout : null
}

function preprocessingOf(variant: InstalledVariant | undefined): ModelSummary['preprocessing'] {
  return variant?.model.use.task === 'segment' ? variant.model.use.preprocessing : null
}
