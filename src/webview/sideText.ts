import type { ExtremeSide } from '../protocol/geometry.js'

/** How each extreme point is called, and what the guide asks for. */
export const SIDE_TEXT: Readonly<Record<ExtremeSide, { readonly short: string; readonly guide: string }>> = {
  inferior: { short: 'Inferior', guide: 'lowest, toward the feet' },
  posterior: { short: 'Posterior', guide: 'farthest to the back' },
  right: { short: 'Right', guide: "farthest to the patient's right" },
  superior: { short: 'Superior', guide: 'highest, toward the head' },
  anterior: { short: 'Anterior', guide: 'farthest to the front' },
  left: { short: 'Left', guide: "farthest to the patient's left" },
}
