import { createHash } from 'node:crypto'
import { sha256Of } from '../../shared/node/hash.js'
import { serialiseBank } from '../medlam/bankFile.js'
import type { TemplateBank } from '../medlam/templateBank.js'

/** A run of a folder asks for every scan. */
const bankHashes = new WeakMap<TemplateBank, string>()
const structureHashes = new WeakMap<TemplateBank, Readonly<Record<string, string>>>()

/** SHA-256 of everything a bank says. Cells are hashed as they are: deflating them would take longer than all the rest. */
export function bankHash(bank: TemplateBank): string {
  return remembered(bankHashes, bank, () =>
    sha256Of(serialiseBank(bank, (cells) => createHash('sha256').update(cells).digest())),
  )
}

/**
 * SHA-256 of what a bank says of each structure, by name: its points, parts, priors, masks and calibration in all templates
 * that have it. Templates that are added without a structure leave its hash as it is.
 */
export function hashStructures(bank: TemplateBank): Readonly<Record<string, string>> {
  return remembered(structureHashes, bank, () =>
    Object.fromEntries(bank.structures.map(({ name }) => [name, hashStructure(bank, name)])),
  )
}

function hashStructure(bank: TemplateBank, name: string): string {
  const having = bank.templates.flatMap((template) => {
    const structure = template.structures.get(name)
    return structure === undefined ? [] : [{ ...template, structure }]
  })
  const calibration = bank.calibrations.get(name)
  const points = serialiseBank({
    ...bank,
    name,
    credit: '',
    structures: [],
    reliability: [],
    calibrations: new Map(calibration === undefined ? [] : [[name, calibration]]),
    // The image behind the descriptors is told by its hash.
    templates: having.map(({ sha256, structure }) => ({
      id: '',
      sha256,
      structures: new Map([[name, structure]]),
      alignment: null,
    })),
  })
  const masks = having.flatMap(({ alignment }) => alignment?.masks.filter((mask) => mask.name === name) ?? [])
  return sha256Of(JSON.stringify([sha256Of(points), masks.map(({ data, ...mask }) => [mask, sha256Of(data)])]))
}

function remembered<T>(known: WeakMap<TemplateBank, T>, bank: TemplateBank, make: () => T): T {
  const before = known.get(bank)
  if (before !== undefined) return before
  const made = make()
  known.set(bank, made)
  return made
}
