import { cross, dot } from '../../shared/geometry/vector.js'
import { whyLeftOut, type LeftOutReason } from './leftOut.js'
import type { Orientation, SliceHeader } from './sliceHeader.js'

/** Files that belong together: one series, orientation and size, one acquisition where several cover the same place. */
export interface DicomSeries {
  /** In no order; at least one. */
  readonly slices: readonly [SliceHeader, ...SliceHeader[]]
  /** Null where it can be a scan. */
  readonly leftOut: LeftOutReason | null
}

/** Cosine of a quarter of a degree: directions of one series are written with few digits. */
const SAME_DIRECTION = Math.cos(Math.PI / 720)
/** Slices nearer than that lie at the same place. */
const SAME_PLACE_MM = 0.01

/**
 * Tells the series of some files apart, by series UID, kind of image, size, orientation, and by acquisition where
 * several acquisitions of one series lie at the same place.
 * @returns in the order of series number, description and UID
 */
export function groupSeries(headers: readonly SliceHeader[]): readonly DicomSeries[] {
  const groups = groupsOf(headers, kindOf).flatMap(byOrientation).flatMap(byAcquisition)
  return groups
    .map((slices): DicomSeries => ({ slices, leftOut: whyLeftOut(slices[0], slices.length) }))
    .sort((a, b) => compare(a.slices[0], b.slices[0]))
}

type Group = readonly [SliceHeader, ...SliceHeader[]]

function kindOf(slice: SliceHeader): string {
  const { patientKey, seriesUid, modality, sopClassUid, rows, columns, samplesPerPixel, bitsAllocated } = slice
  const isLocalizer = slice.imageType.includes('LOCALIZER')
  const [isMulti, hasPixels] = [slice.frames > 1, slice.pixels !== null]
  const kind = [modality, sopClassUid, rows, columns, samplesPerPixel, bitsAllocated, isLocalizer, isMulti, hasPixels]
  return JSON.stringify([patientKey, seriesUid, ...kind])
}

function byOrientation(slices: readonly SliceHeader[]): Group[] {
  const groups: [SliceHeader, ...SliceHeader[]][] = []
  for (const slice of slices) {
    const group = groups.find(([first]) => isSameOrientation(first.orientation, slice.orientation))
    if (group === undefined) groups.push([slice])
    else group.push(slice)
  }
  return groups
}

function isSameOrientation(a: Orientation | null, b: Orientation | null): boolean {
  if (a === null || b === null) return a === b
  return dot(a.row, b.row) >= SAME_DIRECTION && dot(a.column, b.column) >= SAME_DIRECTION
}

/** Acquisitions are parts of one series when they follow each other, and series of their own when they overlap. */
function byAcquisition(slices: Group): Group[] {
  const acquisitions = groupsOf(slices, ({ acquisition }) => acquisition)
  return acquisitions.length === 1 || !sharePlaces(slices) ? [slices] : acquisitions
}

function groupsOf(slices: readonly SliceHeader[], keyOf: (slice: SliceHeader) => string): Group[] {
  const groups = new Map<string, [SliceHeader, ...SliceHeader[]]>()
  for (const slice of slices) {
    const group = groups.get(keyOf(slice))
    if (group === undefined) groups.set(keyOf(slice), [slice])
    else group.push(slice)
  }
  return [...groups.values()]
}

function sharePlaces(slices: Group): boolean {
  const places = slices.map(placeMm).sort((a, b) => a - b)
  return places.some((place, i) => i > 0 && place - places[i - 1] < SAME_PLACE_MM)
}

/** Where a slice lies along the normal of its image, in mm. */
export function placeMm({ position, orientation }: SliceHeader): number {
  return position === null || orientation === null ? 0 : dot(position, cross(orientation.row, orientation.column))
}

function compare(a: SliceHeader, b: SliceHeader): number {
  const number = (a.seriesNumber ?? Infinity) - (b.seriesNumber ?? Infinity)
  if (number < 0 || number > 0) return number
  return [a.description, a.seriesUid, a.acquisition].join('\0') < [b.description, b.seriesUid, b.acquisition].join('\0')
    ? -1
    : 1
}
