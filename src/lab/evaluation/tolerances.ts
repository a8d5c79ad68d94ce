import { z } from 'zod'
import { readTextFile } from '../../shared/node/readTextFile.js'
import { MedlsamError } from '../../shared/medlsamError.js'

/**
 * Tolerance of surface Dice per organ in mm: how far apart the outlines of careful observers lie, rounded to half millimetres
 * within 1 to 3 mm. From Nikolov et al. 2021 (J Med Internet Res 23:e26151) for organs of head and neck; sharp
 * bone and air borders 1 mm; other organs the default.
 */
const TOLERANCES_MM: readonly (readonly [RegExp, number])[] = [
  [/brainstem/, 2.5],
  [/spinalcord|cord/, 3],
  [/spinalcanal/, 1],
  [/parotid/, 3],
  [/submandibular/, 2],
  [/mandible/, 1],
  [/cochlea/, 1.5],
  [/lacrimal/, 2.5],
  [/lens/, 1],
  [/opticnerve|chiasm/, 2.5],
  [/orbit|eye/, 1.5],
  [/brain|cerebrum/, 1],
  [/lung/, 2.5],
  [/femur|femoral|rib|vertebra|sacrum|clavicle|scapula|humerus|sternum|skull/, 1],
  [/esophagus|oesophagus|larynx|pharynx|duodenum|bowel|colon|pancreas|rectum/, 3],
]

/** For organs of no other tolerance. */
const DEFAULT_TOLERANCE_MM = 2

/** The tolerance of an organ by its name, however it is written; one that is given for that name goes first. */
export function toleranceMm(structure: string, given: Readonly<Record<string, number>> = {}): number {
  const own = Object.entries(given).find(([name]) => name.toLowerCase() === structure.toLowerCase())
  const plain = structure.toLowerCase().replaceAll(/[^a-z]/g, '')
  return own?.[1] ?? TOLERANCES_MM.find(([name]) => name.test(plain))?.[1] ?? DEFAULT_TOLERANCE_MM
}

const tolerancesSchema = z.object({ tolerancesMm: z.record(z.string(), z.number().positive()).optional() })

/** Tolerances that the user gave, and sentences about those that fit nothing. */
export interface GivenTolerances {
  readonly tolerancesMm: Readonly<Record<string, number>>
  readonly warnings: readonly string[]
}

/**
 * Tolerances of surface Dice that a file of label names may bring: `{"labels": ..., "tolerancesMm": {"Brainstem": 2.5}}`.
 * @param structures what the file names
 * @throws MedlsamError `template` when they are no lengths
 */
export async function readTolerances(
  file: string,
  structures: readonly { readonly name: string }[],
): Promise<GivenTolerances> {
  if (file.endsWith('.tsv')) return { tolerancesMm: {}, warnings: [] }
  const parsed = tolerancesSchema.safeParse(JSON.parse(await readTextFile(file)))
  if (!parsed.success) {
    const [{ path }] = parsed.error.issues
    throw new MedlsamError(
      'template',
      `The ${path.join(' ')} of ${file} cannot be used: expected lengths in mm over 0 by structure name, such as {"tolerancesMm": {"Brainstem": 2.5}}.`,
      file,
    )
  }
  const { tolerancesMm = {} } = parsed.data
  const unknown = Object.keys(tolerancesMm).filter(
    (name) => !structures.some((structure) => structure.name.toLowerCase() === name.toLowerCase()),
  )
  return {
    tolerancesMm,
    warnings:
      unknown.length === 0
        ? []
        : [`${file} gives a tolerance for ${unknown.join(', ')}, but names no such structure: spell both alike.`],
  }
}
