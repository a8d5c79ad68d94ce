import { z } from 'zod'
import { colorFor } from '../../shared/palette.js'
import { stemOf } from '../../shared/scanNames.js'
import { EXTREME_SIDES, type ExtremeSide, type PointMm } from '../../shared/geometry/points.js'
import type { StructurePoints, ScanPoints } from '../../shared/scanPoints.js'

const SCHEMA =
  'https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/markups-schema-v1.0.3.json#'

const unit = z.number().min(0).max(1)
const markupSchema = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  coordinateSystem: z.enum(['LPS', 'RAS']).default('LPS'),
  controlPoints: z
    .array(
      z.looseObject({
        label: z.string().default(''),
        position: z.tuple([z.number(), z.number(), z.number()]).optional(),
        positionStatus: z.string().default('defined'),
      }),
    )
    .default([]),
  display: z.looseObject({ color: z.tuple([unit, unit, unit]).optional() }).optional(),
})
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
}

/**
 * Reads 3D Slicer markups JSON: point lists whose labels are the six sides become structures.
 * @throws Error with a sentence when the text is no markups file
 */
export function parseMarkups(text: string, fileName: string): MarkupsFile {
  const json = parseJson(text, fileName)
  const file = fileSchema.safeParse(json)
  if (!file.success)
    throw new Error(`${fileName} is not a 3D Slicer markups file: move it away or open it in 3D Slicer.`)
  const structures: StructurePoints[] = []
  const others: unknown[] = []
  for (const markup of file.data.markups) {
    const structure = structureOf(markup, structures)
    if (structure === null || structures.some(({ name }) => name === structure.name)) others.push(markup)
    else structures.push(structure)
  }
  return { points: { structures }, others }
}

/** Writes 3D Slicer markups JSON, in LPS as 3D Slicer does itself. */
export function formatMarkups({ points, others }: MarkupsFile): string {
  const markups = [...points.structures.map(markupOf), ...others]
  return `${JSON.stringify({ '@schema': SCHEMA, markups }, null, 2)}\n`
}

function parseJson(text: string, fileName: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`${fileName} is not JSON: move it away or mend it.`, { cause: error })
  }
}

function structureOf(markup: unknown, before: readonly StructurePoints[]): StructurePoints | null {
  const parsed = markupSchema.safeParse(markup)
  if (!parsed.success || parsed.data.type !== 'Fiducial') return null
  const { name, coordinateSystem, controlPoints, display } = parsed.data
  const points: Partial<Record<ExtremeSide, PointMm>> = {}
  for (const { label, position, positionStatus } of controlPoints) {
    const side = EXTREME_SIDES.find((candidate) => candidate === label)
    if (side === undefined) return null
    if (position === undefined || positionStatus !== 'defined') continue
    points[side] = coordinateSystem === 'LPS' ? flip(position) : position
  }
  const given = name ?? `Structure ${before.length + 1}`
  const taken = before.map(({ color }) => color)
  return { name: given, color: display?.color === undefined ? colorFor(given, taken) : hexOf(display.color), points }
}

function markupOf(structure: StructurePoints): object {
  const rgb = [1, 3, 5].map((at) => Number((parseInt(structure.color.slice(at, at + 2), 16) / 255).toFixed(4)))
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
