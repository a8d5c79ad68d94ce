import { lstat, open } from 'node:fs/promises'
import type { MedlsamError } from '../../shared/medlsamError.js'
import { inputError } from '../../shared/inputError.js'

/** What stands in place of a file whose content is kept elsewhere is shorter. */
const LONGEST_POINTER = 4096
/** How such stand-ins begin: git-annex in folders without links, and Git LFS. */
const POINTERS = [
  /^\/?annex\/objects\//,
  /^(\.\.\/)*\.git\/annex\/objects\//,
  /^version https:\/\/git-lfs\.github\.com\/spec\//,
]

/**
 * Whether the content of a file was not fetched (git-annex, DataLad, Git LFS): a link that leads nowhere, or a short
 * text that stands for it.
 */
export async function isNotFetched(file: string): Promise<boolean> {
  const info = await lstat(file).catch(() => null)
  if (info === null) return false
  if (info.isSymbolicLink()) {
    const handle = await open(file).catch((error: unknown) => (isMissing(error) ? null : undefined))
    if (handle === null) return true
    if (handle === undefined) return false
    await handle.close()
  }
  if (!info.isFile() || info.size === 0 || info.size > LONGEST_POINTER) return false
  const text = await startOf(file)
  return POINTERS.some((pointer) => pointer.test(text))
}

/** The error for such a file. */
export function notFetched(file: string): MedlsamError {
  return inputError(
    file,
    `The content of ${file} was not fetched: only a link or a stand-in for it is there, so fetch it first (with "datalad get", "git annex get" or "git lfs pull").`,
  )
}

async function startOf(file: string): Promise<string> {
  const handle = await open(file).catch(() => null)
  if (handle === null) return ''
  try {
    const bytes = new Uint8Array(64)
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0)
    return new TextDecoder('latin1').decode(bytes.subarray(0, bytesRead))
  } finally {
    await handle.close()
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ELOOP')
}
