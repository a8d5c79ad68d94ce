import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { throwIfCancelled } from '../../../shared/medlsamError.js'
import { damaged, readAt } from './checkpoint.js'
import type { Checkpoint } from './openCheckpoint.js'

const PIECE_BYTES = 2 ** 20

/**
 * Reads a whole checkpoint once, in pieces: its SHA-256, and whether its parts have the checksums it records for them.
 * @throws MedlsamError `model` when one has not, `cancelled`
 */
export async function checkFile(
  { file, regions }: Checkpoint,
  onBytes: (done: number) => void,
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256')
  let current = 0
  let sum = 0
  for (let at = 0; at < file.sizeBytes; at += PIECE_BYTES) {
    throwIfCancelled(signal)
    const piece = await readAt(file, at, Math.min(PIECE_BYTES, file.sizeBytes - at))
    hash.update(piece)
    for (; current < regions.length; current++, sum = 0) {
      const { position, length, crc32: expected } = regions[current]
      const from = Math.max(position, at)
      const to = Math.min(position + length, at + piece.length)
      if (from < to) sum = crc32(piece.subarray(from - at, to - at), sum)
      // What is left of this part lies in the next piece.
      if (position + length > at + piece.length) break
      if (sum !== expected) throw damaged(file.path, 'its checksums do not match')
    }
    onBytes(at + piece.length)
  }
  return hash.digest('hex')
}
