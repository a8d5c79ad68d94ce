import { colored } from '../palette.js'
import { structureSchema, type Structure } from '../structure.js'

/** Structures that make sense, by value, each with a colour; the background is none. Of two with one value the first is taken. */
export function readStructures(
  found: readonly { readonly name: string; readonly labelValue: number; readonly color: string | undefined }[],
): readonly Structure[] {
  const usable = found
    .map((one) => ({ ...one, name: one.name.trim() }))
    .filter((one) => structureSchema.safeParse({ ...one, color: '#000000' }).success)
    .filter(({ labelValue }, at, all) => all.findIndex((other) => other.labelValue === labelValue) === at)
  return colored([...usable].sort((a, b) => a.labelValue - b.labelValue))
}

/** A colour as `#rrggbb` of red, green and blue from 0 to 1; undefined where they are no such numbers. */
export function rgbOf(parts: readonly number[]): string | undefined {
  if (parts.length !== 3 || parts.some((part) => !(part >= 0 && part <= 1))) return undefined
  return `#${parts
    .map((part) =>
      Math.round(part * 255)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`
}
