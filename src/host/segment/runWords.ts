import { BALANCED_APART_MM } from '../../shared/requests.js'
import type { Quality } from '../../shared/sidecar.js'
import type { RunHow } from './runChoices.js'

/** What templates hold: `7 organs of 5 scans · OpenKBP`. */
export function templatesText(holds: {
  readonly structures: readonly unknown[]
  readonly templates: readonly unknown[]
  readonly credit: string
}): string {
  const { structures, templates, credit } = holds
  return [`${countOf(structures.length, 'organ')} of ${countOf(templates.length, 'scan')}`, credit]
    .filter((part) => part !== '')
    .join(' · ')
}

/** How a run is done, in words: `balanced, every third slice, mobilesam`. */
export function howText(how: {
  readonly task: RunHow['task']
  readonly quality: Quality
  readonly sliceStep: number
  readonly segmenter: string
}): string {
  if (how.task === 'localize') return 'boxes only'
  if (how.quality === 'draft') return how.quality
  return `${how.quality}, ${sliceStepText(how.sliceStep, how.quality)}, ${how.segmenter}`
}

/** Which slices the segmenter looks at. */
export function sliceStepText(step: number, quality: Quality): string {
  if (step === 1 && quality === 'balanced') return `slices ${BALANCED_APART_MM} mm apart`
  const words = ['every slice', 'every second slice', 'every third slice']
  return words[step - 1] ?? `every ${step}th slice`
}

/** A number and what is counted. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** What an update does: `replaces Larynx, adds Mandible, leaves 5 others`. */
export function updateText(wanted: readonly string[] | null, there: readonly string[]): string {
  if (wanted === null) return 'replaces what the templates have, leaves all others'
  const list = (names: readonly string[]): string =>
    names.length > 3 ? `${names.length} structures` : names.join(', ')
  const replaced = wanted.filter((name) => there.includes(name))
  const added = wanted.filter((name) => !there.includes(name))
  const left = there.length - replaced.length
  return [
    ...(replaced.length > 0 ? [`replaces ${list(replaced)}`] : []),
    ...(added.length > 0 ? [`adds ${list(added)}`] : []),
    ...(left > 0 ? [`leaves ${left} ${left === 1 ? 'other' : 'others'}`] : []),
  ].join(', ')
}
