import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access } from 'node:fs/promises'

/** SHA-256 of bytes, or of a text in UTF-8, in lower-case hexadecimal. */
export function sha256Of(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** SHA-256 of a file's bytes in lower-case hexadecimal, read in pieces so that size does not matter. */
export async function sha256File(file: string): Promise<string> {
  return sha256Files([file])
}

/** The same; null when there is no such file, and empty, which is no hash, when it cannot be read. */
export async function sha256IfThere(file: string): Promise<string | null> {
  return sha256File(file).catch(() =>
    access(file).then(
      () => '',
      () => null,
    ),
  )
}

/** SHA-256 of the bytes of several files one after the other, in lower-case hexadecimal. */
export async function sha256Files(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const file of files) {
    const chunks: AsyncIterable<Uint8Array> = createReadStream(file, { highWaterMark: 1 << 18 })
    for await (const chunk of chunks) hash.update(chunk)
  }
  return hash.digest('hex')
}
