import type { ModelSummary, ProviderTestReport, VariantSummary, VerifiedFile } from '../../protocol/models.js'

/** True where the model can be used now. */
export function isUsable({ variants }: ModelSummary): boolean {
  return variants.some(({ state }) => state === 'embedded' || state === 'installed')
}

/** What a model is for and where it stands, in a few words. */
export function modelDescription(model: ModelSummary, current: boolean): string {
  const task = model.task === 'segment' ? 'segments' : 'localizes'
  return [task, stateText(model), current ? 'in use' : ''].filter((part) => part !== '').join(' · ')
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
  return [model.title, model.provenance, model.license === null ? '' : `Licence: ${model.license.spdx}. ${model.license.note ?? ''}`, model.importHint ?? '', model.refusal ?? '']
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

/** Megabytes for people. */
export function sizeText(bytes: number | null): string {
  return bytes === null ? 'size unknown' : `${bytes < 1e7 ? (bytes / 1e6).toFixed(1) : Math.round(bytes / 1e6)} MB`
}

/** One sentence about a check of installed files. */
export function verifiedText(files: readonly VerifiedFile[]): { readonly text: string; readonly intact: boolean } {
  const bad = files.filter(({ state }) => state !== 'intact')
  if (files.length === 0) return { text: 'No model is installed: the built-in ones are checked when they are loaded.', intact: true }
  if (bad.length === 0) return { text: `${files.length} ${files.length === 1 ? 'file is' : 'files are'} as installed.`, intact: true }
  return { text: `${bad.map(({ id, path, state }) => `${path} of ${id} is ${state}`).join('; ')}: remove the model and get it again.`, intact: false }
}

/** One sentence about a self-test of providers. */
export function providerText({ id, chosen, trials }: ProviderTestReport): string {
  const lines = trials.map(({ provider, encodeMs, problem }) => `${provider} ${encodeMs === null ? `not (${problem ?? 'unknown'})` : `${Math.round(encodeMs)} ms`}`)
  return `${id} runs on ${chosen}: ${lines.join(', ')} per slice.`
}
