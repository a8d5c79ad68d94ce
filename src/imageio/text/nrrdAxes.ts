import { isTimeUnit, unitsOf } from './lengthUnits.js'
import { numbersOf, type Fields } from './textHeader.js'

/** What an axis of an NRRD file counts. `single` holds one sample and means nothing. */
type AxisRole = 'space' | 'volumes' | 'value' | 'single'

/** What the axes of an NRRD file are for. */
export interface NrrdAxes {
  readonly spatial: readonly number[]
  readonly volumes: readonly number[]
  /** Numbers per voxel. */
  readonly components: number
  /** Steps along each axis in the header's space; null for an axis without one, undefined where the header has none. */
  readonly directions: readonly (readonly number[] | null)[] | undefined
}

/** Kinds whose samples together make one value (NRRD format, "kinds"). */
const VALUE_KINDS = /vector|color|matrix|complex|quaternion|point|normal|gradient/

/**
 * Tells which axes of an NRRD file are space (NRRD format, "kinds", "space directions"): those with a direction, else
 * those of kind `space` or `domain`, else the first three. An axis of time or of a list is one volume per sample.
 */
export function nrrdAxes(fields: Fields, sizes: readonly number[]): NrrdAxes {
  const text = fields.get('spacedirections')
  const directions = text === undefined ? undefined : directionsOf(text)
  const kinds = (fields.get('kinds') ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  const spacings = numbersOf(fields.get('spacings') ?? '')
  const units = unitsOf(fields.get('units'))
  const roles = sizes.map((size, axis): AxisRole => {
    const kind = kinds[axis] ?? ''
    if (VALUE_KINDS.test(kind)) return size === 1 ? 'single' : 'value'
    const direction = directions?.[axis]
    const hasPlace =
      directions === undefined
        ? kind !== 'time' && kind !== 'list'
        : direction?.slice(0, 3).some((v) => v !== 0) === true
    if (hasPlace && kind !== 'time' && !isTimeUnit(units[axis])) return 'space'
    return size === 1 && (kinds.length > 0 || directions !== undefined) && kind !== 'time' ? 'single' : 'volumes'
  })
  if (directions === undefined) keepThree(roles, kinds, spacings)
  const of = (role: AxisRole): number[] => roles.flatMap((each, axis) => (each === role ? [axis] : []))
  return {
    spatial: of('space'),
    volumes: of('volumes'),
    components: of('value').reduce((product, axis) => product * sizes[axis], 1),
    directions,
  }
}

/** Without directions more than three axes may look like space: those without a spacing, or else the last, are not. */
function keepThree(roles: AxisRole[], kinds: readonly string[], spacings: readonly number[]): void {
  const all = [...roles.keys()]
  const doubtful = [
    ...all.filter((axis) => /none|\?/.test(kinds[axis] ?? '')),
    ...all.filter((axis) => Number.isNaN(spacings[axis])),
    ...[...all].reverse(),
  ]
  for (const axis of doubtful) {
    if (roles.filter((role) => role === 'space').length <= 3) return
    if (roles[axis] === 'space') roles[axis] = 'volumes'
  }
}

/** The "(a,b,c)" and "none" of a line. */
function directionsOf(text: string): readonly (readonly number[] | null)[] {
  return [...text.matchAll(/\(([^)]*)\)|none/gi)].map((match) =>
    match[0].startsWith('(') ? match[1].split(',').map(Number) : null,
  )
}
