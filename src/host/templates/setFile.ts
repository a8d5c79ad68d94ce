import path from 'node:path'
import { z } from 'zod'
import { templateSetSchema, type TemplateScan, type TemplateSet } from '../../shared/templateSet.js'

/** Ending of template set files. */
export const SET_SUFFIX = '.medlsam.json'
/** Ending of bank files that are found by themselves. */
export const BANK_SUFFIX = '.medlsam.msgpack'

/**
 * Reads the text of a template set.
 * @throws Error with a sentence
 */
export function parseSet(text: string, fileName: string): TemplateSet {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new Error(`${fileName} is not JSON: mend it or delete it.`, { cause: error })
  }
  const parsed = templateSetSchema.safeParse(json)
  if (!parsed.success)
    throw new Error(`${fileName} is no template set: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`)
  return parsed.data
}

/** The text of a template set, as the command line writes it. */
export function formatSet(set: TemplateSet): string {
  return `${JSON.stringify(set, null, 2)}\n`
}

/** Absolute path of a scan of a set. */
export function scanPathOf(setPath: string, scan: Pick<TemplateScan, 'path'>): string {
  return path.resolve(path.dirname(setPath), scan.path)
}

/** The scan of a set that a file is, or undefined. */
export function scanOfFile(setPath: string, set: TemplateSet, scanPath: string): TemplateScan | undefined {
  return set.scans.find((scan) => scanPathOf(setPath, scan) === path.resolve(scanPath))
}
