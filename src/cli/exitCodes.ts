import type { ErrorKind } from '../shared/errorData.js'
import type { StructureStatus } from '../shared/structure.js'

/** What the process returns: documented in docs/cli.md and in `medlsam --help`. */
export const EXIT = { allFound: 0, usage: 1, badInput: 2, someMissing: 3, internal: 4, interrupted: 130 } as const

/** The exit code for an error. */
export function exitCodeOfError(kind: ErrorKind): number {
  switch (kind) {
    case 'usage':
      return EXIT.usage
    case 'input':
    case 'template':
    case 'model':
    case 'output':
      return EXIT.badInput
    case 'nothingFound':
      return EXIT.someMissing
    case 'cancelled':
      return EXIT.interrupted
    case 'internal':
      return EXIT.internal
  }
}

/** The exit code for a run that ended: 0 when everything was found. */
export function exitCodeOfResult(structures: readonly { readonly status: StructureStatus }[]): number {
  return structures.every((structure) => structure.status === 'found') ? EXIT.allFound : EXIT.someMissing
}
