const MM: readonly (readonly [RegExp, number])[] = [
  [/^(mm|milli-?met(er|re)s?)$/, 1],
  [/^(cm|centi-?met(er|re)s?)$/, 10],
  [/^(dm|deci-?met(er|re)s?)$/, 100],
  [/^(m|met(er|re)s?)$/, 1000],
  [/^(um|µm|μm|microns?|micro-?met(er|re)s?)$/, 1e-3],
  [/^(nm|nano-?met(er|re)s?)$/, 1e-6],
  [/^(in|inch|inches)$/, 25.4],
]

/** How many mm a unit of length is, such as `cm`; null for a word that is none. Nothing, or a question mark, means mm. */
export function unitInMm(unit: string | undefined): number | null {
  const word = (unit ?? '').trim().toLowerCase()
  if (word === '' || /^\?+$/.test(word) || word === 'none') return 1
  return MM.find(([pattern]) => pattern.test(word))?.[1] ?? null
}
