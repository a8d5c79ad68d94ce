import type { Structure } from '../structure.js'
import { readStructures, rgbOf } from './readStructures.js'

/** `1 255 0 0 1 1 1 "Liver"`: value, red, green, blue, opacity, shown, shown in 3D, name. */
const ITK_SNAP = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+[\d.]+\s+\d+\s+\d+\s+"([^"]*)"\s*$/
/** `1 Liver 255 0 0 255`: value, name, red, green, blue, opacity. Of FreeSurfer too. */
const SLICER = /^\s*(\d+)\s+(\S+)\s+(\d+)\s+(\d+)\s+(\d+)(?:\s+\d+)?\s*$/

/** Reads a label description of ITK-SNAP; null where it is none. */
export function parseItkSnapLabels(text: string): readonly Structure[] | null {
  return parseLines(text, ITK_SNAP, ([value, red, green, blue, name]) => ({ value, name, rgb: [red, green, blue] }))
}

/** Reads a colour table of 3D Slicer or FreeSurfer, which writes spaces of names as underscores; null where it is none. */
export function parseSlicerColors(text: string): readonly Structure[] | null {
  return parseLines(text, SLICER, ([value, name, red, green, blue]) => ({
    value,
    name: name.replaceAll('_', ' '),
    rgb: [red, green, blue],
  }))
}

function parseLines(
  text: string,
  pattern: RegExp,
  read: (groups: readonly string[]) => {
    readonly value: string
    readonly name: string
    readonly rgb: readonly string[]
  },
): readonly Structure[] | null {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
  const rows = lines.map((line) => pattern.exec(line))
  // A file of something else may have such a line by chance.
  if (lines.length === 0 || rows.filter((row) => row !== null).length < lines.length / 2) return null
  return readStructures(
    rows.flatMap((row) => {
      if (row === null) return []
      const { value, name, rgb } = read(row.slice(1))
      return [{ name, labelValue: Number(value), color: rgbOf(rgb.map((part) => Number(part) / 255)) }]
    }),
  )
}
