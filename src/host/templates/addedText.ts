/** What became of scans that were to be added to a set. Scans are named by their file names. */
export interface AddOutcome {
  readonly set: string
  readonly scans: number
  readonly added: readonly string[]
  /** Label maps that templates were made of. */
  readonly madeOf: readonly string[]
  /** Neither points nor a label map. */
  readonly unmarked: readonly string[]
  /** Label maps themselves, by their names. */
  readonly labelMaps: readonly string[]
  readonly failures: readonly { readonly name: string; readonly message: string }[]
  /** The user stopped it before all had their turn. */
  readonly stopped: boolean
}

const MOST_NAMED = 4

/** A message about it. */
export function addedText({ set, scans, added, madeOf, unmarked, labelMaps, failures, stopped }: AddOutcome): string {
  const who =
    added.length < scans
      ? `${added.length} of ${scans} scans are templates`
      : scans === 1
        ? `${added.join()} is a template`
        : `${scans} scans are templates`
  return [
    `${who} of ${set} now${madeOf.length === 0 ? '' : `, made of ${madeOf.slice(0, MOST_NAMED).join(', ')}${madeOf.length > MOST_NAMED ? ' and others' : ''}`}.`,
    ...(unmarked.length === 0
      ? []
      : [
          `${unmarked.join(', ')} ${unmarked.length === 1 ? 'has' : 'have'} no points and no label map yet: mark six points per structure, then add again.`,
        ]),
    ...(labelMaps.length === 0
      ? []
      : [
          `${labelMaps.join(', ')} ${labelMaps.length === 1 ? 'is a label map' : 'are label maps'}: add the scan that ${labelMaps.length === 1 ? 'it was' : 'they were'} drawn on instead.`,
        ]),
    ...failures.map(({ name, message }) => `${name}: ${message}`),
    ...(stopped ? ['It was stopped before the rest.'] : []),
  ].join(' ')
}
