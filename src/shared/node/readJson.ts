import { z } from 'zod'
import { defined } from '../defined.js'
import type { ErrorKind, Remedy } from '../errorData.js'
import { MedlsamError } from '../medlsamError.js'
import { readTextFile } from './readTextFile.js'

/** What a JSON file is, for messages. */
export interface JsonFileKind {
  /** Begins the sentence, such as `The template set`. */
  readonly what: string
  readonly kind: ErrorKind
  /** What to do when it is not usable, as the end of a sentence, such as `name a template set`. */
  readonly remedy: string
  /** What the command line or the editor offers then. */
  readonly offer?: Remedy
}

/**
 * Reads a text file that is to be parsed.
 * @throws MedlsamError of the given kind when it cannot be read
 */
export async function readText(file: string, { what, kind }: Pick<JsonFileKind, 'what' | 'kind'>): Promise<string> {
  return readTextFile(file).catch((error: unknown) => {
    throw new MedlsamError(kind, `${what} ${file} cannot be read: check the path.`, file, { cause: error })
  })
}

/**
 * Reads a JSON file and checks it with a schema.
 * @throws MedlsamError of the given kind when it is missing, no JSON, or does not fit the schema
 */
export async function readJson<T>(file: string, schema: z.ZodType<T>, about: JsonFileKind): Promise<T> {
  return parseJson(await readText(file, about), schema, { ...about, file })
}

/**
 * Checks the text of a JSON file with a schema.
 * @throws MedlsamError of the given kind when it is no JSON or does not fit the schema
 */
export function parseJson<T>(text: string, schema: z.ZodType<T>, about: JsonFileKind & { readonly file: string }): T {
  const { what, kind, file, remedy, offer } = about
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new MedlsamError(kind, `${what} ${file} is not JSON: ${remedy}.`, file, {
      cause: error,
      ...defined({ remedy: offer }),
    })
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const faults = z.prettifyError(parsed.error).replaceAll('\n', ' ')
  throw new MedlsamError(kind, `${what} ${file} is not valid: ${faults}`, file)
}
