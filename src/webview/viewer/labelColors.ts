import { PALETTE } from '../../shared/palette.js'

const COLORS = Object.values(PALETTE)

/** A colour for a label that no sidecar or table names. */
export function paletteColor(labelValue: number): string {
  return COLORS[(labelValue - 1 + COLORS.length) % COLORS.length]
}
