import type { Reading } from '../viewer/reading.js'

/** The line under the planes: where the crosshair stands and what lies under it. */
export function readingText({ pointMm, voxel, value, isCt }: Omit<Reading, 'labelValue' | 'secondValue'>): string {
  const place = pointMm.map((mm) => mm.toFixed(1)).join(', ')
  const index = voxel.map((along) => Math.round(along)).join(', ')
  return `${place} mm · voxel ${index} · ${valueText(value)}${isCt ? ' HU' : ''}`
}

/** What lies under the mouse: the structure's name first. */
export function hoverText(
  reading: Reading,
  structures: readonly { readonly labelValue: number; readonly name: string }[],
): string {
  const { labelValue } = reading
  const name = structures.find((structure) => structure.labelValue === labelValue)?.name
  const structure = labelValue === 0 ? '' : `${name ?? `Label ${labelValue}`} · `
  const second = reading.secondValue === null ? '' : ` · over it ${valueText(reading.secondValue)}`
  return `${structure}${readingText(reading)}${second}`
}

function valueText(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return Math.abs(value) < 10 && !Number.isInteger(value) ? value.toPrecision(3) : String(Math.round(value))
}
