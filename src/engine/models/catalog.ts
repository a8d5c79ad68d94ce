import { existsSync } from 'node:fs'
import path from 'node:path'
import type { ModelsInfo, ModelSummary, RegistryEntry, VariantSummary } from '../../protocol/models.js'
import { installedFiles, readInstalled, type InstalledVariant } from './installed.js'
import type { ModelsContext } from './modelsContext.js'
import { hashesKnown } from './registry.js'

/** Everything that is embedded, installed or can be had: the registry's models in its order, then the user's own. */
export async function listModels(context: ModelsContext): Promise<ModelsInfo> {
  const { registry, modelsFolder, offline } = context
  const { variants, problems } = await readInstalled(modelsFolder)
  const own = [...new Set(variants.map(({ model }) => model.id))].filter((id) => !registry.models.some((entry) => entry.id === id))
  return {
    folder: modelsFolder,
    offline,
    models: [
      ...registry.models.map((entry) => summaryOfEntry(context, entry, variants.filter(({ model }) => model.id === entry.id))),
      ...own.map((id) => summaryOfOwn(variants.filter(({ model }) => model.id === id))),
    ],
    problems,
  }
}

/** Whether a model can segment right now. */
export function isUsableSegmenter({ task, variants }: ModelSummary): boolean {
  return task === 'segment' && variants.some(({ state }) => state === 'embedded' || state === 'installed')
}

function summaryOfEntry({ assetsFolder }: ModelsContext, entry: RegistryEntry, installed: readonly InstalledVariant[]): ModelSummary {
  const known = entry.variants.map((variant): VariantSummary => {
    const { precision } = variant
    const present = installed.find(({ model }) => model.precision === precision)
    if (present !== undefined) return summaryOfVariant(present)
    const sizes = [...variant.files.filter(({ archive }) => archive === undefined), ...(variant.archives ?? [])].map(({ sizeBytes }) => sizeBytes)
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
  const others = installed.filter(({ model }) => !entry.variants.some(({ precision }) => precision === model.precision))
  return {
    id: entry.id,
    title: installed.find(({ model }) => model.origin === 'import')?.model.title ?? entry.title,
    task: entry.task,
    origin: entry.origin,
    layout: layoutOf(installed.at(0)) ?? (entry.task === 'segment' ? entry.layout : null),
    inputSizePx: entry.task === 'segment' ? entry.inputSizePx : null,
    provenance: provenanceOf(entry, installed),
    license: entry.license,
    importHint: entry.importHint ?? null,
    variants: [...known, ...others.map(summaryOfVariant)],
    refusal: null,
  }
}

/** Where what is here comes from, else where what can be had would: the registry's word is not true of the user's own files. */
function provenanceOf(entry: RegistryEntry, installed: readonly InstalledVariant[]): string {
  const here = new Set(installed.map(({ model }) => model.provenance))
  return here.size === 0 ? entry.provenance : [...here].join(' ')
}

function summaryOfOwn(installed: readonly InstalledVariant[]): ModelSummary {
  const [{ model }] = installed
  return {
    id: model.id,
    title: model.title,
    task: model.use.task,
    origin: 'import',
    layout: layoutOf(installed[0]),
    inputSizePx: null,
    provenance: model.provenance,
    license: model.license,
    importHint: null,
    variants: installed.map(summaryOfVariant),
    refusal: null,
  }
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
