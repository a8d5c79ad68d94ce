import { deflateRawSync, inflateRawSync } from 'node:zlib'

/** Cells of the cover grid along columns, rows and slices. */
export const COVER_CELLS = { columns: 16, rows: 16, slices: 12 } as const
/** The cover grid reaches this far beyond each wall of a slice's box, as a share of the box's edge. */
export const COVER_REACH = 0.3
/** A cell that the organ covers fully. */
export const FULL_COVER = 5

/** Bins of the HU histograms; what is outside counts in the first or last bin. */
export const HU_BINS = { lowestHu: -300, widthHu: 20, count: 40 } as const

/** The bin of a voxel. */
export function huBin(hu: number): number {
  return Math.min(HU_BINS.count - 1, Math.max(0, Math.floor((hu - HU_BINS.lowestHu) / HU_BINS.widthHu)))
}

/**
 * What one labelled organ looks like in the boxes of its slices: which places of a box it covers from its lowest
 * slice to its highest, and its HU beside those of what else lies in and around the boxes.
 */
export interface OrganPrior {
  /** 0 to {@link FULL_COVER} per cell, columns fastest, then rows, then slices; columns run to the patient's left, rows to posterior, slices to superior. */
  readonly cover: Uint8Array
  /** Histograms in 1/10000 of all voxels counted. */
  readonly organHu: Uint16Array
  readonly surroundingsHu: Uint16Array
}

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
    // Not deflated, or larger than a prior.
    return null
  }
  if (bytes.length !== PACKED_BYTES) return null
  const cover = Uint8Array.from(bytes.subarray(0, CELLS))
  if (cover.some((value) => value > FULL_COVER)) return null
  const shares = (from: number): Uint16Array =>
    Uint16Array.from({ length: HU_BINS.count }, (_, bin) => bytes.readUInt16LE(CELLS + 2 * (from + bin)))
  return { cover, organHu: shares(0), surroundingsHu: shares(HU_BINS.count) }
}
