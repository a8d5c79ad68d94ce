import { rgbOf255 } from '../../shared/palette.js'
import type { Structure } from '../../shared/structure.js'

/** The label description that ITK-SNAP reads: value, red, green, blue, opacity, shown, shown in 3D, name. */
export function labelDescription(structures: readonly Structure[]): string {
  return lines([
    '# ITK-SnAP Label Description File',
    '# IDX   -R-  -G-  -B-  -A--  VIS MSH  LABEL',
    '0 0 0 0 0 0 0 "Clear Label"',
    ...structures.map(
      ({ labelValue, name, color }) =>
        `${labelValue} ${rgbOf255(color).join(' ')} 1 1 1 "${name.replaceAll(/["\p{Cc}]/gu, ' ')}"`,
    ),
  ])
}

/** The colour table that 3D Slicer reads: value, name, red, green, blue, opacity; spaces of names are underscores. */
export function colorTable(structures: readonly Structure[]): string {
  return lines([
    '# Color table file',
    `# ${structures.length + 1} values`,
    '0 Background 0 0 0 0',
    ...structures.map(
      ({ labelValue, name, color }) =>
        `${labelValue} ${name.trim().replaceAll(/[\s\p{Cc}]+/gu, '_')} ${rgbOf255(color).join(' ')} 255`,
    ),
  ])
}

function lines(texts: readonly string[]): string {
  return `${texts.join('\n')}\n`
}
