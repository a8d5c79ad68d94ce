import type { CtWindow } from '../../shared/ctWindow.js'

/** Shows any label as black. */
export const NOTHING: CtWindow = { levelHu: 1e9, widthHu: 1 }

/** What shows values from dark to bright. */
export function windowOf([low, high]: readonly [number, number]): CtWindow {
  return { levelHu: (low + high) / 2, widthHu: Math.max(1e-6, high - low) }
}
