import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Structure } from '../../shared/structure.js'
import { MedlsamError } from '../../shared/medlsamError.js'

/** Colours that stay apart for common kinds of colour blindness (Okabe and Ito 2008), then lighter and darker ones. */
const PALETTE = [
  '#e69f00',
  '#56b4e9',
  '#009e73',
  '#f0e442',
  '#0072b2',
  '#d55e00',
  '#cc79a7',
  '#999999',
  '#b15928',
  '#6a3d9a',
  '#33a02c',
  '#fb9a99',
  '#a6cee3',
  '#fdbf6f',
  '#b2df8a',
  '#cab2d6',
] as const

/** The colour of the nth structure when nobody chose one. */
export function defaultColor(index: number): string {
  return PALETTE[index % PALETTE.length]
}

const namesSchema = z.union([
  z.object({ labels: z.record(z.string().regex(/^\d+$/), z.string().min(1)) }).transform((file) => file.labels),
  // nnU-Net's dataset.json has it the other way round.
  z
    .object({ labels: z.record(z.string().min(1), z.int().nonnegative()) })
    .transform(({ labels }) =>
      Object.fromEntries(Object.entries(labels).map(([name, value]) => [String(value), name])),
    ),
  z.record(z.string().regex(/^\d+$/), z.string().min(1)),
])

/**
 * Reads names of label values: JSON `{"labels": {"1": "Brainstem"}}` (or the inner object alone), nnU-Net's
 * `dataset.json` (`{"labels": {"Brainstem": 1}}`), or a BIDS `_dseg.tsv` with columns index, name and
 * optionally color.
 * @throws MedlsamError `template` when the file cannot be understood
 */
export async function readStructureNames(file: string): Promise<Structure[]> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new MedlsamError('template', `The label names ${file} cannot be read: check the path.`, file, {
      cause: error,
    })
  }
  return file.endsWith('.tsv') ? parseTsv(text, file) : parseJson(text, file)
}

function parseJson(text: string, file: string): Structure[] {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new MedlsamError(
      'template',
      `The label names ${file} are not JSON: expected {"labels": {"1": "Brainstem"}}.`,
      file,
      { cause: error },
    )
  }
  const parsed = namesSchema.safeParse(json)
  if (!parsed.success) {
    throw new MedlsamError(
      'template',
      `The label names ${file} are not understood: expected {"labels": {"1": "Brainstem"}}.`,
      file,
    )
  }
  return Object.entries(parsed.data)
    .map(([value, name]) => ({ name, labelValue: Number(value) }))
    .filter(({ labelValue }) => labelValue > 0)
    .sort((a, b) => a.labelValue - b.labelValue)
    .map((structure, index) => ({ ...structure, color: defaultColor(index) }))
}

function parseTsv(text: string, file: string): Structure[] {
  const rows = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => line.split('\t'))
  const header = rows.shift() ?? []
  const [index, name, color] = ['index', 'name', 'color'].map((column) => header.indexOf(column))
  if (index < 0 || name < 0) {
    throw new MedlsamError('template', `The label names ${file} need the columns "index" and "name".`, file)
  }
  return rows
    .map((row, i) => ({
      name: row[name] ?? '',
      labelValue: Number(row[index]),
      color: color >= 0 && /^#[0-9a-f]{6}$/i.test(row[color] ?? '') ? row[color] : defaultColor(i),
    }))
    .filter((structure) => structure.labelValue > 0 && structure.name !== '')
}
