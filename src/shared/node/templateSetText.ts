import { MedlsamError } from '../medlsamError.js'
import { templateSetSchema, type TemplateSet } from '../templateSet.js'
import { unpackPrior } from './packedPrior.js'
import { parseJson, type JsonFileKind } from './readJson.js'

/** What messages call a template set file. */
export const TEMPLATE_SET_FILE: JsonFileKind = {
  what: 'The template set',
  kind: 'template',
  remedy: 'mend it, name another one, or make one',
  offer: { option: 'createTemplates' },
}

/**
 * Parses and checks the text of a template set. All that read sets go through here, so that a set which the Templates
 * view shows as good is one that a run takes.
 * @param file for messages
 * @throws MedlsamError `template` with one sentence when it is no template set or contradicts itself
 */
export function parseTemplateSet(text: string, file: string): TemplateSet {
  const set = parseJson(text, templateSetSchema, { ...TEMPLATE_SET_FILE, file })
  const problem = unlistedStructure(set) ?? corruptPrior(set) ?? duplicate(set)
  if (problem !== null) throw new MedlsamError('template', `The template set ${file} ${problem}.`, file)
  return set
}

/** The text of a template set: JSON that users can read and compare. */
export function formatTemplateSet(set: TemplateSet): string {
  return `${JSON.stringify(set, null, 2)}\n`
}

function unlistedStructure({ structures, scans }: TemplateSet): string | null {
  const listed = new Set(structures.map(({ name }) => name))
  for (const scan of scans) {
    const unlisted = Object.keys(scan.structures).find((name) => !listed.has(name))
    if (unlisted !== undefined) return `gives points of "${unlisted}" in ${scan.id}, but does not list that structure`
  }
  return null
}

function corruptPrior({ scans }: TemplateSet): string | null {
  for (const scan of scans) {
    const corrupt = Object.entries(scan.structures).find(
      ([, { appearance }]) => appearance !== undefined && unpackPrior(appearance) === null,
    )
    if (corrupt !== undefined)
      return `has a corrupt prior of ${corrupt[0]} in ${scan.id}: add that scan with its label map again`
  }
  return null
}

function duplicate({ structures }: TemplateSet): string | null {
  const names = new Set(structures.map(({ name }) => name))
  const values = new Set(structures.map(({ labelValue }) => labelValue))
  return names.size < structures.length || values.size < structures.length
    ? 'uses a structure name or label value twice: make them unique'
    : null
}
