import { z } from 'zod'
import { extremePointsSchema } from '../../shared/geometry/points.js'
import { readJson } from '../../shared/node/readJson.js'
import { colored } from '../../shared/palette.js'
import type { Structure } from '../../shared/structure.js'
import type { TemplateStructure } from '../../shared/templateSet.js'
import type { NewTemplate } from '../../shared/templateSetEdit.js'
import { hashScan } from '../scanFiles/hashScan.js'
import { readHeader } from '../scanFiles/readHeader.js'
import { describeScan, type Uncolored } from './describeScan.js'

const pointsFileSchema = z.record(z.string().min(1), extremePointsSchema)

/**
 * Makes a template of a scan and points given by hand: JSON with six named points in RAS mm per
 * structure name, `{"Larynx": {"left": [x, y, z], ...}}`.
 * @throws MedlsamError `template` when the points cannot be understood
 */
export async function templateFromPoints(
  setFile: string,
  scanFile: string,
  pointsFile: string,
  names: readonly Structure[],
): Promise<NewTemplate> {
  const given = await readJson(pointsFile, pointsFileSchema, {
    what: 'The points file',
    kind: 'template',
    remedy: 'it should be {"Larynx": {"left": [x, y, z], ...}} with six points per structure',
  })
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
