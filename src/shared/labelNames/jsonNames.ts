import { z } from 'zod'
import { colored } from '../palette.js'
import type { Structure } from '../structure.js'

/** Values and their names, or the first name that stands for several. */
type NamedValues = { readonly values: readonly (readonly [string, string])[] } | { readonly regions: string }

/** Spaces around a name tell it from no other. */
const nameSchema = z.string().trim().min(1)
const byValueSchema = z
  .record(z.string().regex(/^\d+$/), nameSchema)
  .transform((names): NamedValues => ({ values: Object.entries(names) }))
/** nnU-Net's dataset.json has it the other way round; its regions are lists of values. */
const byNameSchema = z
  .record(z.string().min(1), z.union([z.int().nonnegative(), z.array(z.int().nonnegative())]))
  .transform((values): NamedValues => {
    const region = Object.entries(values).find(([, value]) => Array.isArray(value))
    return region === undefined
      ? { values: Object.entries(values).map(([name, value]) => [String(value), name.trim()]) }
      : { regions: region[0] }
  })

/** What such a file should be, for messages. */
export const EXPECTED_NAMES = '{"labels": {"1": "Brainstem"}}'

/**
 * Schema of names of label values in JSON: `{"labels": {"1": "Brainstem"}}` as of the Medical Segmentation Decathlon, or
 * the inner object alone, or nnU-Net's `{"labels": {"Brainstem": 1}}`.
 */
export const jsonNamesSchema = z.union(
  [
    z.object({ labels: byValueSchema }).transform((file) => file.labels),
    z.object({ labels: byNameSchema }).transform((file) => file.labels),
    byValueSchema,
  ],
  { error: `it should be ${EXPECTED_NAMES}` },
)

/** The structures that such values name, by value; the background is none. */
export function structuresOfValues(values: readonly (readonly [string, string])[]): readonly Structure[] {
  return colored(
    values
      .map(([value, name]) => ({ name, labelValue: Number(value) }))
      .filter(({ labelValue }) => labelValue > 0 && labelValue <= 65535)
      .sort((a, b) => a.labelValue - b.labelValue),
  )
}

/** Names in the text of a JSON file; null where it is something else, or gives a name several values. */
export function parseJsonNames(text: string): readonly Structure[] | null {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return null
  }
  const parsed = jsonNamesSchema.safeParse(json)
  return parsed.success && 'values' in parsed.data ? structuresOfValues(parsed.data.values) : null
}
