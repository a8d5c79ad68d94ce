import { z } from 'zod'
import { EXTREME_SIDES, type ExtremeSide, type PointMm } from './geometry/points.js'
import { unitInMm } from './lengthUnits.js'
import { MedlsamError } from './medlsamError.js'
import { colorFor, rgbOf255 } from './palette.js'
import { stemOf } from './scanNames.js'
import type { StructurePoints, ScanPoints } from './scanPoints.js'
import { quoted } from './shownText.js'

const SCHEMA =
  'https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/markups-schema-v1.0.3.json#'

const unit = z.number().min(0).max(1)
/** What is not as the schema has it is taken for not there: one odd field must not cost a structure. */
const pointSchema = z.looseObject({
  label: z.string().catch(''),
  /** Slicer writes an empty text for a point that is not placed yet. */
  position: z.tuple([z.number(), z.number(), z.number()]).nullable().catch(null),
  positionStatus: z.string().catch('defined'),
})
const markupSchema = z.looseObject({
  type: z.string(),
  name: z.string().min(1).optional().catch(undefined),
  coordinateSystem: z.union([z.string(), z.number()]).catch('LPS'),
  /** A word, or a code with its scheme and meaning. */
  coordinateUnits: z.union([z.string(), z.array(z.string())]).catch('mm'),
  controlPoints: z.array(pointSchema).catch([]),
  display: z
    .looseObject({ color: z.tuple([unit, unit, unit]).optional().catch(undefined) })
    .optional()
    .catch(undefined),
})
/** Names of coordinate systems, also the numbers of old files. */
const SYSTEMS: ReadonlyMap<string, 'LPS' | 'RAS'> = new Map([
  ['LPS', 'LPS'],
  ['1', 'LPS'],
  ['RAS', 'RAS'],
  ['0', 'RAS'],
])
const fileSchema = z.looseObject({ markups: z.array(z.unknown()) })

/** Name of the markups file of a scan. */
export function markupsNameOf(scanName: string): string {
  return `${stemOf(scanName)}.mrk.json`
}

/** What a markups file holds: our structures, and everything else just as it was. */
export interface MarkupsFile {
  readonly points: ScanPoints
  /** Markups of other kinds or with other labels; written back untouched. */
  readonly others: readonly unknown[]
  /** Sentences about what was left out or is doubtful. */
  readonly notes: readonly string[]
}

/**
 * Reads 3D Slicer markups JSON: point lists whose labels are the six sides become structures.
 * @throws MedlsamError `template` when the text is no markups file
 */
export function parseMarkups(text: string, fileName: string): MarkupsFile {
  const json = parseJson(text, fileName)
  const file = fileSchema.safeParse(json)
  if (!file.success)
    throw new MedlsamError(
      'template',
      `${fileName} is not a 3D Slicer markups file: move it away or open it in 3D Slicer.`,
      fileName,
    )
  const structures: StructurePoints[] = []
  const others: unknown[] = []
  const notes: string[] = []
  for (const markup of file.data.markups) {
    const structure = structureOf(markup, structures, (note) => notes.push(`${fileName}: ${note}`))
    if (structure === null) others.push(markup)
    else if (structures.some(({ name }) => name === structure.name)) {
      notes.push(`${fileName}: a second list of points named ${quoted(structure.name)} is left as it is.`)
      others.push(markup)
    } else structures.push(structure)
  }
  return { points: { structures }, others, notes }
}

/** Writes 3D Slicer markups JSON, in LPS as 3D Slicer does itself. */
export function formatMarkups({ points, others }: Pick<MarkupsFile, 'points' | 'others'>): string {
  const markups = [...points.structures.map(markupOf), ...others]
  return `${JSON.stringify({ '@schema': SCHEMA, markups }, null, 2)}\n`
}

function parseJson(text: string, fileName: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new MedlsamError('template', `${fileName} is not JSON: move it away or mend it.`, fileName, { cause: error })
  }
}

/** A list of points whose labels are sides; null for another markup. `note` hears what is left out. */
function structureOf(
  markup: unknown,
  before: readonly StructurePoints[],
  note: (text: string) => unknown,
): StructurePoints | null {
  const parsed = markupSchema.safeParse(markup)
  if (!parsed.success || parsed.data.type !== 'Fiducial') return null
  const { name, coordinateSystem, coordinateUnits, controlPoints, display } = parsed.data
  const sides = controlPoints.map(({ label }) => sideOf(label))
  if (sides.includes(null)) return null
  const given = name ?? `Structure ${before.length + 1}`
  const system = SYSTEMS.get(String(coordinateSystem).trim().toUpperCase())
  const inMm = unitInMm(typeof coordinateUnits === 'string' ? coordinateUnits : coordinateUnits[0])
  if (system === undefined || inMm === null) {
    const what = system === undefined ? String(coordinateSystem) : String(coordinateUnits)
    note(`the points of ${quoted(given)} are in ${quoted(what)}, which is not known, so they are left out.`)
    return null
  }
  const points: Partial<Record<ExtremeSide, PointMm>> = {}
  for (const [i, { position, positionStatus }] of controlPoints.entries()) {
    const side = sides[i]
    if (side === null) continue
    if (position === null || positionStatus !== 'defined')
      note(`the point ${quoted(side)} of ${quoted(given)} is not placed yet.`)
    else if (side in points) note(`the second point ${quoted(side)} of ${quoted(given)} is left out.`)
    else {
      const mm: PointMm = [position[0] * inMm, position[1] * inMm, position[2] * inMm]
      points[side] = system === 'LPS' ? flip(mm) : mm
    }
  }
  const taken = before.map(({ color }) => color)
  return { name: given, color: display?.color === undefined ? colorFor(given, taken) : hexOf(display.color), points }
}

function sideOf(label: string): ExtremeSide | null {
  return EXTREME_SIDES.find((side) => side === label.trim().toLowerCase()) ?? null
}

function markupOf(structure: StructurePoints): object {
  const rgb = rgbOf255(structure.color).map((part) => Number((part / 255).toFixed(4)))
  return {
    type: 'Fiducial',
    name: structure.name,
    coordinateSystem: 'LPS',
    coordinateUnits: 'mm',
    locked: false,
    fixedNumberOfControlPoints: false,
    labelFormat: '%N-%d',
    controlPoints: EXTREME_SIDES.flatMap((side, index) => {
      const point = structure.points[side]
      return point === undefined
        ? []
        : [
            {
              id: String(index + 1),
              label: side,
              position: flip(point),
              selected: true,
              locked: false,
              visibility: true,
              positionStatus: 'defined',
            },
          ]
    }),
    display: { visibility: true, color: rgb, selectedColor: rgb },
  }
}

/** RAS to LPS and back. Adding zero turns minus zero into zero, which would look odd in the file. */
function flip([x, y, z]: PointMm): PointMm {
  return [-x + 0, -y + 0, z]
}

function hexOf(rgb: readonly number[]): string {
  return `#${rgb
    .map((value) =>
      Math.round(value * 255)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`
}
