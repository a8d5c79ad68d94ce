import type { LocalizedStructure, SegmentedStructure } from '../shared/structure.js'

/**
 * A table of structures for users, one line each, with the reason under those that need one. A reason that none was found,
 * the same for all, is said once elsewhere.
 */
export function structureTable(structures: readonly (LocalizedStructure | SegmentedStructure)[]): string[] {
  const width = Math.max(9, ...structures.map((structure) => structure.name.length))
  const header = `${'structure'.padEnd(width)}  status     confidence  within 5 mm  volume ml  box mm (R-L x P-A x I-S)`
  const [first] = structures
  const isCommon =
    structures.length > 1 && structures.every(({ status, reason }) => status === 'not-found' && reason === first.reason)
  return [
    header,
    ...structures.flatMap((structure) => {
      const size =
        structure.boxMm === null
          ? ''
          : [0, 1, 2]
              .map((axis) => ((structure.boxMm?.max[axis] ?? 0) - (structure.boxMm?.min[axis] ?? 0)).toFixed(0))
              .join(' x ')
      const within = structure.withinShare === undefined ? '' : `${Math.round(100 * structure.withinShare)} %`
      const volume = 'volumeMl' in structure && structure.volumeMl !== null ? structure.volumeMl.toFixed(1) : ''
      const line = `${structure.name.padEnd(width)}  ${structure.status.padEnd(9)}  ${structure.confidence.toFixed(2).padStart(10)}  ${within.padStart(11)}  ${volume.padStart(9)}  ${size}`
      return structure.reason === undefined || isCommon ? [line] : [line, `${' '.repeat(width)}  ${structure.reason}`]
    }),
  ]
}
