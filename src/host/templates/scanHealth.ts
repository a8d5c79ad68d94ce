import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { TemplateScan } from '../../protocol/templateSet.js'
import { scanPathOf } from './setFile.js'

const hashes = new Map<string, { readonly stamp: string; readonly sha256: string }>()

/** Formats whose voxels may lie in a second file: only the engine, which reads headers, can tell whether they changed. */
const MAY_HAVE_TWO_FILES = /\.(hdr|img|nhdr|mhd)$/i

/** Why a template scan cannot be used any more, in one sentence; null when it is as it was. */
export async function scanProblem(setPath: string, scan: TemplateScan): Promise<string | null> {
  const file = scanPathOf(setPath, scan)
  const info = await stat(file).catch(() => null)
  if (info === null) return `${file} is not there any more: put it back, or delete it from the set.`
  if (MAY_HAVE_TWO_FILES.test(file)) return null
  const stamp = `${info.size}:${info.mtimeMs}`
  const known = hashes.get(file)
  const sha256 = known?.stamp === stamp ? known.sha256 : await sha256Of(file)
  hashes.set(file, { stamp, sha256 })
  return sha256 === scan.sha256 ? null : `${file} has changed since its points were set: add it again.`
}

/** Read and hashed in pieces of 64 KB, so the host's event loop waits for one piece at most. */
async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
