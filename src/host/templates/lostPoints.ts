import type { TemplateScan } from '../../shared/templateSet.js'

/**
 * Structures of a template whose points a person set by hand, and that those of a label map would replace.
 * @param names of the structures that come with the label map; null for all that it may hold
 */
export function lostPoints(
  { structures }: Pick<TemplateScan, 'structures'>,
  names: readonly string[] | null,
): string[] {
  return Object.entries(structures).flatMap(([name, { drawnIn }]) =>
    drawnIn === undefined && (names === null || names.includes(name)) ? [name] : [],
  )
}
