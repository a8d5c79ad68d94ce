import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { COVER_CELLS, FULL_COVER, HU_BINS, type OrganPrior } from '../organPrior.js'

const CELLS = COVER_CELLS.columns * COVER_CELLS.rows * COVER_CELLS.slices
const PACKED_BYTES = CELLS + 4 * HU_BINS.count

/** A prior as text for a template set: base64 of the deflated cover grid and both histograms (little-endian). */
export function packPrior({ cover, organHu, surroundingsHu }: OrganPrior): string {
  const bytes = Buffer.alloc(PACKED_BYTES)
  bytes.set(cover)
  ;[...organHu, ...surroundingsHu].forEach((share, i) => bytes.writeUInt16LE(share, CELLS + 2 * i))
  return deflateRawSync(bytes, { level: 9 }).toString('base64')
}

/** The prior in a text; null when the text holds none. */
export function unpackPrior(text: string): OrganPrior | null {
  let bytes: Buffer
  try {
    bytes = inflateRawSync(Buffer.from(text, 'base64'), { maxOutputLength: PACKED_BYTES })
  } catch {
    // Not deflated, or more than a prior unpacks to.
    return null
  }
  if (bytes.length !== PACKED_BYTES) return null
  const cover = Uint8Array.from(bytes.subarray(0, CELLS))
  if (cover.some((value) => value > FULL_COVER)) return null
  const shares = (from: number): Uint16Array =>
    Uint16Array.from({ length: HU_BINS.count }, (_, bin) => bytes.readUInt16LE(CELLS + 2 * (from + bin)))
  return { cover, organHu: shares(0), surroundingsHu: shares(HU_BINS.count) }
}
