import type { ImageVolume } from './imageVolume.js'
import { colorTable } from './slicePixels.js'

/** A label map to compare the one on display with. */
export interface Reference {
  readonly volume: ImageVolume
  /** Value on display by value of the reference; 0 for structures that the label map on display does not have. */
  readonly valueOf: Uint16Array
}

/** How two label maps agree at a pixel, with colours that stay apart for the colour-blind (Okabe and Ito). */
export const AGREEMENT = [
  { labelValue: 1, color: '#009e73', text: 'In both' },
  { labelValue: 2, color: '#e69f00', text: 'In this one alone' },
  { labelValue: 3, color: '#56b4e9', text: 'In the reference alone' },
  { labelValue: 4, color: '#cc79a7', text: 'Different structures' },
] as const

/** Colours of {@link agreementOn}. */
export const AGREEMENT_COLORS = colorTable(AGREEMENT, [])

/** A structure of the reference that has no value on display. */
const UNPAIRED = 0xffff

/**
 * How labels agree with those of a reference under the same pixels, as values of {@link AGREEMENT}; 0 where neither has
 * a structure that is drawn.
 * @param colors by value on display, 0 for what is hidden
 */
export function agreementOn(
  labels: Uint16Array,
  reference: Uint16Array,
  valueOf: Uint16Array,
  colors: Uint32Array,
): Uint16Array {
  // Whoever hides structures wants to see those that are left.
  const isUnpairedShown = colors.every((color, value) => value === 0 || color !== 0)
  const drawn = (value: number): number => ((colors[value] ?? 0) === 0 ? 0 : value)
  const out = new Uint16Array(labels.length)
  for (let at = 0; at < labels.length; at++) {
    if (labels[at] === 0 && reference[at] === 0) continue
    const ours = drawn(labels[at])
    const paired = valueOf[reference[at]] ?? 0
    const theirs = reference[at] === 0 ? 0 : paired > 0 ? drawn(paired) : isUnpairedShown ? UNPAIRED : 0
    if (ours > 0 && theirs > 0) out[at] = ours === theirs ? 1 : 4
    else if (ours > 0) out[at] = 2
    else if (theirs > 0) out[at] = 3
  }
  return out
}
