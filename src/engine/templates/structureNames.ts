import { z } from 'zod'
import { parseLabelTable } from '../../shared/labelTable.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { readJson, readText, type JsonFileKind } from '../../shared/node/readJson.js'
import { colored } from '../../shared/palette.js'
import type { Structure } from '../../shared/structure.js'

const EXPECTED = '{"labels": {"1": "Brainstem"}}'
const NAMES_FILE: JsonFileKind = {
  what: 'The file of label names',
  kind: 'template',
  remedy: `it should be ${EXPECTED}`,
}

const namesSchema = z.union(
  [
    z.object({ labels: z.record(z.string().regex(/^\d+$/), z.string().min(1)) }).transform((file) => file.labels),
    // nnU-Net's dataset.json has it the other way round.
    z
      .object({ labels: z.record(z.string().min(1), z.int().nonnegative()) })
      .transform(({ labels }) =>
        Object.fromEntries(Object.entries(labels).map(([name, value]) => [String(value), name])),
      ),
    z.record(z.string().regex(/^\d+$/), z.string().min(1)),
  ],
  { error: `it should be ${EXPECTED}` },
)

/**
 * Reads names of label values: JSON `{"labels": {"1": "Brainstem"}}` (or the inner object alone), nnU-Net's
 * `dataset.json` (`{"labels": {"Brainstem": 1}}`), or a BIDS `_dseg.tsv` with columns index, name and
 * optionally color.
 * @throws MedlsamError `template` when the file cannot be understood
 */
export async function readStructureNames(file: string): Promise<readonly Structure[]> {
  if (file.endsWith('.tsv')) {
    const structures = parseLabelTable(await readText(file, NAMES_FILE))
    if (structures === null)
      throw new MedlsamError('template', `The label names ${file} need the columns "index" and "name".`, file)
    return structures
  }
  const names = await readJson(file, namesSchema, NAMES_FILE)
  return colored(
    Object.entries(names)
      .map(([value, name]) => ({ name, labelValue: Number(value) }))
      .filter(({ labelValue }) => labelValue > 0)
      .sort((a, b) => a.labelValue - b.labelValue),
  )
}
