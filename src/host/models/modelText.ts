import path from 'node:path'
import {
  mostExact,
  splitModelName,
  type ModelSummary,
  type Precision,
  type ProviderTestReport,
  type VariantSummary,
  type VerifiedFile,
} from '../../shared/modelTypes.js'

/** True where the model can be used now. */
export function isUsable({ variants }: ModelSummary): boolean {
  return variants.some(isUsableVariant)
}

/** True where a precision of a model can be used now. */
export function isUsableVariant({ state }: VariantSummary): boolean {
  return state === 'embedded' || state === 'installed'
}

/** What stands for a precision of a model in settings: `sam-vit-b@int8`, or the id alone where that means it, whatever comes to it later. */
export function modelName({ id, variants }: ModelSummary, precision: Precision): string {
  return precision === bestOf(variants) ? id : `${id}@${precision}`
}

/** Whether a name in settings means a model, in whatever precision. */
export function isNamed({ id }: ModelSummary, name: string): boolean {
  return splitModelName(name).id === id
}

/** The precision that a name of a model takes, where several are there to choose from. */
export function namedPrecision({ variants }: ModelSummary, name: string): Precision | null {
  const usable = variants.filter(isUsableVariant)
  return usable.length < 2 ? null : (splitModelName(name).precision ?? bestOf(usable))
}

function bestOf(variants: readonly VariantSummary[]): Precision | null {
  return mostExact(variants.map(({ precision }) => precision))
}

/** Whether the outcome of a self-test is what runs go on: for the segmenter that they take, unless the user has named a provider. */
export function decidesProvider(tested: string, chosen: string, provider: string): boolean {
  return tested === chosen && provider === 'auto'
}

/** What a model is for and where it stands, in a few words; `precision` is the one that is in use, where there are several. */
export function modelDescription(model: ModelSummary, current: boolean, precision: Precision | null = null): string {
  const task = model.task === 'segment' ? 'segments' : 'localizes'
  const use = precision === null ? 'in use' : `in use: ${precision}`
  return [task, stateText(model), current ? use : ''].filter((part) => part !== '').join(' · ')
}

function stateText(model: ModelSummary): string {
  if (model.variants.some(({ state }) => state === 'damaged')) return 'damaged: verify or remove it'
  if (model.variants.some(({ state }) => state === 'embedded')) return 'built in'
  const installed = model.variants.filter(({ state }) => state === 'installed')
  if (installed.length > 0) return `installed (${installed.map(({ precision }) => precision).join(', ')})`
  const available = model.variants.filter(({ state }) => state === 'available')
  return available.length > 0 ? `to download, ${sizeText(available[0].sizeBytes)}` : 'to import'
}

/** Everything about a model that fits into a tooltip. */
export function modelTooltip(model: ModelSummary): string {
  const { title, provenance, license, layout, inputSizePx, variants, importHint, refusal } = model
  const input = [
    layout === null ? '' : `Layout: ${layout}`,
    inputSizePx === null ? '' : `Input: ${inputSizePx} × ${inputSizePx} px`,
  ]
  const folders = [...new Set(variants.flatMap(({ files }) => files.map((file) => path.dirname(file))))]
  return [
    title,
    provenance,
    license === null ? 'Licence: not known' : `Licence: ${license.spdx}, ${license.url}. ${license.note ?? ''}`.trim(),
    input.filter((part) => part !== '').join(' · '),
    folders.length === 0 ? '' : `Folder: ${folders.join(', ')}`,
    importHint ?? '',
    refusal ?? '',
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** What the menus of the view ask: `model segment installed`. */
export function modelContext(model: ModelSummary): string {
  const has = (state: VariantSummary['state']): boolean => model.variants.some((variant) => variant.state === state)
  return [
    'model',
    model.task,
    ...(has('available') ? ['available'] : []),
    ...(has('installed') || has('damaged') ? ['installed'] : []),
    ...(model.origin === 'import' && !has('installed') ? ['importable'] : []),
    ...(isUsable(model) && model.refusal === null ? ['usable'] : []),
  ].join(' ')
}

/** Megabytes for the user. */
export function sizeText(bytes: number | null): string {
  return bytes === null ? 'size unknown' : `${bytes < 1e7 ? (bytes / 1e6).toFixed(1) : Math.round(bytes / 1e6)} MB`
}

/** One sentence about a check of installed files. */
export function verifiedText(files: readonly VerifiedFile[]): { readonly text: string; readonly intact: boolean } {
  const bad = files.filter(({ state }) => state !== 'intact')
  if (files.length === 0)
    return { text: 'No model is installed: the built-in ones are checked when they are loaded.', intact: true }
  if (bad.length === 0)
    return { text: `${files.length} ${files.length === 1 ? 'file is' : 'files are'} as installed.`, intact: true }
  return {
    text: `${bad.map(({ id, path, state }) => `${path} of ${id} is ${state}`).join('; ')}: remove the model and get it again.`,
    intact: false,
  }
}

/** One sentence about a self-test of providers. */
export function providerText({ id, chosen, trials }: ProviderTestReport): string {
  const lines = trials.map(
    ({ provider, encodeMs, problem }) =>
      `${provider} ${encodeMs === null ? `not (${problem ?? 'unknown'})` : `${Math.round(encodeMs)} ms`}`,
  )
  return `${id} is fastest on ${chosen}: ${lines.join(', ')} per slice.`
}
