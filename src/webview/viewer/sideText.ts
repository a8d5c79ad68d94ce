import type { ExtremeSide } from '../../shared/geometry/points.js'

/** A structure's name in plain words: `LeftParotid` is "the left parotid". */
export function spokenName(name: string): string {
  const words = name.replaceAll(/[_-]+/g, ' ').replaceAll(/([a-z])([A-Z])/g, '$1 $2')
  return `the ${/^[A-Z]{2}/.test(words) ? words : words.toLowerCase()}`
}

/** How each extreme point is called, and what the guide asks for. */
export const SIDE_TEXT: Readonly<Record<ExtremeSide, { readonly short: string; readonly guide: string }>> = {
  inferior: { short: 'Inferior', guide: 'farthest down, toward the feet' },
  posterior: { short: 'Posterior', guide: 'farthest to the back' },
  right: { short: 'Right', guide: "farthest to the patient's right" },
  superior: { short: 'Superior', guide: 'farthest up, toward the head' },
  anterior: { short: 'Anterior', guide: 'farthest to the front' },
  left: { short: 'Left', guide: "farthest to the patient's left" },
}
