import { EXPECTED_NAMES, jsonNamesSchema, structuresOfValues } from '../../shared/labelNames/jsonNames.js'
import { parseLabelTable } from '../../shared/labelTable.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { readJson, readText, type JsonFileKind } from '../../shared/node/readJson.js'
import { quoted } from '../../shared/shownText.js'
import type { Structure } from '../../shared/structure.js'

const NAMES_FILE: JsonFileKind = {
  what: 'The file of label names',
  kind: 'template',
  remedy: `it should be ${EXPECTED_NAMES}`,
}

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
    return withoutNamesakes(structures, file)
  }
  const names = await readJson(file, jsonNamesSchema, NAMES_FILE)
  if ('regions' in names)
    throw new MedlsamError(
      'template',
      `The label names ${file} give ${quoted(names.regions)} several values (a region of nnU-Net), which label maps do not hold: write a file like ${EXPECTED_NAMES} with one name per value.`,
      file,
    )
  return withoutNamesakes(structuresOfValues(names.values), file)
}

/**
 * Names that stand for two values, and values with two names, would lose an organ without a word.
 * @throws MedlsamError `template` that names both
 */
export function withoutNamesakes<T extends Pick<Structure, 'name' | 'labelValue'>>(
  structures: readonly T[],
  file: string,
): readonly T[] {
  for (const [i, { name, labelValue }] of structures.entries()) {
    const before = structures.slice(0, i)
    const namesake = before.find((other) => other.name === name)
    if (namesake !== undefined)
      throw new MedlsamError(
        'template',
        `${file} has the name ${quoted(name)} for two label values, ${namesake.labelValue} and ${labelValue}: give each a name of its own.`,
        file,
      )
    const double = before.find((other) => other.labelValue === labelValue)
    if (double !== undefined)
      throw new MedlsamError(
        'template',
        `${file} has two names for the label value ${labelValue}, ${quoted(double.name)} and ${quoted(name)}: give each a value of its own.`,
        file,
      )
  }
  return structures
}
