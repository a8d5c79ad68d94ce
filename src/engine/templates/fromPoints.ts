import { z } from 'zod'
import { EXTREME_SIDES, extremePointsSchema, pointMmSchema, type ExtremePoints } from '../../shared/geometry/points.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { parseJson, readText, type JsonFileKind } from '../../shared/node/readJson.js'
import { quoted } from '../../shared/shownText.js'
import { parseMarkups } from '../../shared/slicerMarkups.js'
import { colored } from '../../shared/palette.js'
import type { Structure } from '../../shared/structure.js'
import type { TemplateStructure } from '../../shared/templateSet.js'
import type { NewTemplate } from '../../shared/templateSetEdit.js'
import { hashScan } from '../scanFiles/hashScan.js'
import { readHeader } from '../scanFiles/readHeader.js'
import { describeScan, type Uncolored } from './describeScan.js'

const anyObjectSchema = z.record(z.string(), z.unknown())
const POINTS_FILE: JsonFileKind = {
  what: 'The points file',
  kind: 'template',
  remedy:
    'name a points file of the scan editor or 3D Slicer (.mrk.json), or {"Larynx": {"left": [x, y, z], ...}} with six points per structure',
}

/**
 * Makes a template of a scan and points given by hand: 3D Slicer markups as the scan editor writes them, or JSON with six
 * named points in RAS mm per structure name, `{"Larynx": {"left": [x, y, z], ...}}`.
 * @throws MedlsamError `template` when the points cannot be understood
 */
export async function templateFromPoints(
  setFile: string,
  scanFile: string,
  pointsFile: string,
  names: readonly Structure[],
): Promise<NewTemplate> {
  const given = await readPoints(pointsFile)
  await readHeader(scanFile)
  const structures = colored(
    Object.keys(given).map((name, index): Uncolored => {
      const named = names.find((structure) => structure.name === name)
      return named ?? { name, labelValue: index + 1 }
    }),
  )
  const points = Object.fromEntries(
    Object.entries(given).map(([name, six]): [string, TemplateStructure] => [name, { points: six }]),
  )
  return { scan: describeScan(setFile, scanFile, await hashScan(scanFile), points), structures }
}

/** The structures of a points file with their six points. @throws MedlsamError `template` that names what is missing */
async function readPoints(file: string): Promise<Readonly<Record<string, ExtremePoints>>> {
  const text = await readText(file, POINTS_FILE)
  const given = parseJson(text, z.unknown(), { ...POINTS_FILE, file })
  const structures = structuresIn(given, text, file)
  if (Object.keys(structures).length === 0)
    throw new MedlsamError(
      'template',
      `The points file ${file} holds no structure: its points must be named ${EXTREME_SIDES.join(', ')}.`,
      file,
    )
  return Object.fromEntries(
    Object.entries(structures).map(([name, points]): [string, ExtremePoints] => {
      const six = extremePointsSchema.safeParse(points)
      if (six.success) return [name, six.data]
      const missing = EXTREME_SIDES.filter((side) => !pointMmSchema.safeParse(anyObject(points)[side]).success)
      throw new MedlsamError(
        'template',
        `The points file ${file} has no point [x, y, z] in mm for ${missing.join(', ')} of ${quoted(name)}: place all six.`,
        file,
      )
    }),
  )
}

function structuresIn(given: unknown, text: string, file: string): Readonly<Record<string, unknown>> {
  if (!('markups' in anyObject(given))) return anyObject(given)
  const { points, notes } = parseMarkups(text, file)
  if (points.structures.length === 0 && notes.length > 0) throw new MedlsamError('template', notes[0], file)
  return Object.fromEntries(points.structures.map((structure) => [structure.name, structure.points]))
}

function anyObject(value: unknown): Readonly<Record<string, unknown>> {
  const parsed = anyObjectSchema.safeParse(value)
  return parsed.success ? parsed.data : {}
}
