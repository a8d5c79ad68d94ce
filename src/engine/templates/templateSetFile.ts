import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { templateSetSchema, type TemplateScan, type TemplateSet } from '../../shared/templateSet.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { writeTextAtomic } from '../../shared/node/wholeFiles.js'
import { unpackPrior } from '../../shared/node/packedPrior.js'

/**
 * Reads and checks a template set file.
 * @throws MedlsamError `template` when the file is missing, no JSON, or not a template set
 */
export async function readTemplateSet(file: string): Promise<TemplateSet> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new MedlsamError('template', `The template set ${file} cannot be read: check the path.`, file, {
      cause: error,
    })
  }
  return parseTemplateSet(text, file)
}

/** Parses the text of a template set; `file` is for messages. */
export function parseTemplateSet(text: string, file: string): TemplateSet {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new MedlsamError(
      'template',
      `The template set ${file} is not JSON: name a file made by "medlsam template create".`,
      file,
      { cause: error },
    )
  }
  const parsed = templateSetSchema.safeParse(json)
  if (!parsed.success) {
    throw new MedlsamError(
      'template',
      `The template set ${file} is not valid: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`,
      file,
    )
  }
  const known = new Set(parsed.data.structures.map((structure) => structure.name))
  for (const scan of parsed.data.scans) {
    const unknown = Object.keys(scan.structures).find((name) => !known.has(name))
    if (unknown !== undefined) {
      throw new MedlsamError(
        'template',
        `The template set ${file} gives points of "${unknown}" in ${scan.id}, but does not list that structure.`,
        file,
      )
    }
  }
  for (const scan of parsed.data.scans) {
    const damaged = Object.entries(scan.structures).find(
      ([, { appearance }]) => appearance !== undefined && unpackPrior(appearance) === null,
    )
    if (damaged !== undefined) {
      throw new MedlsamError(
        'template',
        `The template set ${file} has a damaged appearance of ${damaged[0]} in ${scan.id}: add that scan with its label map again.`,
        file,
      )
    }
  }
  const values = parsed.data.structures.map((structure) => structure.labelValue)
  if (new Set(values).size < values.length || known.size < values.length) {
    throw new MedlsamError(
      'template',
      `The template set ${file} uses a structure name or label value twice: make them unique.`,
      file,
    )
  }
  return parsed.data
}

/** Writes a template set as JSON that a person can read and compare, through a temporary file. */
export async function writeTemplateSet(file: string, set: TemplateSet): Promise<void> {
  await writeTextAtomic(file, `${JSON.stringify(set, null, 2)}\n`)
}

/** Absolute path of a template scan, which the set stores relative to itself. */
export function templateScanPath(setFile: string, scan: Pick<TemplateScan, 'path'>): string {
  return path.resolve(path.dirname(setFile), scan.path)
}

/** The path to store for a scan: relative to the set with forward slashes, or absolute on another drive. */
export function storedScanPath(setFile: string, scanFile: string): string {
  const relative = path.relative(path.dirname(path.resolve(setFile)), path.resolve(scanFile))
  return relative.split(path.sep).join('/')
}
