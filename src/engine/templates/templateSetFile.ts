import { readText } from '../../shared/node/readJson.js'
import { formatTemplateSet, parseTemplateSet, TEMPLATE_SET_FILE } from '../../shared/node/templateSetText.js'
import { writeTextAtomic } from '../../shared/node/wholeFiles.js'
import type { TemplateSet } from '../../shared/templateSet.js'

/**
 * Reads and checks a template set file.
 * @throws MedlsamError `template` when the file is missing, no JSON, or not a template set
 */
export async function readTemplateSet(file: string): Promise<TemplateSet> {
  return parseTemplateSet(await readText(file, TEMPLATE_SET_FILE), file)
}

/** Writes a template set as JSON that users can read and compare, through a temporary file. */
export async function writeTemplateSet(file: string, set: TemplateSet): Promise<void> {
  await writeTextAtomic(file, formatTemplateSet(set))
}
