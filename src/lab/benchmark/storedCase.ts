import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { sha256Of } from '../../shared/node/hash.js'
import { writeTextAtomic } from '../../shared/node/wholeFiles.js'

/** SHA-256 of anything that JSON can hold. */
export function keyOf(...facts: readonly unknown[]): string {
  return sha256Of(JSON.stringify(facts))
}

const storedSchema = z.object({ key: z.string(), result: z.unknown() })

/**
 * A result kept in a file, or made and kept: what was made from other facts (another key) counts as nothing.
 * The file is written last and in one piece, so a run that was killed goes on where it was.
 */
export async function stored<T>(file: string, key: string, schema: z.ZodType<T>, make: () => Promise<T>): Promise<T> {
  const known = await readStored(file, key, schema)
  if (known !== null) return known
  const text = `${JSON.stringify({ key, result: await make() })}\n`
  await writeTextAtomic(file, text)
  // As it will be read, since what is made of it is kept under a key of its text.
  return schema.parse(storedSchema.parse(JSON.parse(text)).result)
}

/** The kept result; null when there is none of this key. */
async function readStored<T>(file: string, key: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  const parsed = storedSchema.safeParse(parseJson(text))
  if (!parsed.success || parsed.data.key !== key) return null
  const result = schema.safeParse(parsed.data.result)
  return result.success ? result.data : null
}

/** A file that cannot be read as JSON is made again. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** An id as a part of a file's name; other ids have other ones. */
export function fileSafe(id: string): string {
  return encodeURIComponent(id)
}
