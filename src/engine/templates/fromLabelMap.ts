import path from 'node:path'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { extremePointsSchema } from '../../shared/geometry/points.js'
import type { Structure } from '../../shared/structure.js'
import { defined } from '../../shared/defined.js'
import { storedScanPath } from '../../shared/node/templateSetPaths.js'
import { colored } from '../../shared/palette.js'
import { stemOf } from '../../shared/scanNames.js'
import type { TemplateScan, TemplateStructure } from '../../shared/templateSet.js'
import type { NewTemplate } from '../../shared/templateSetEdit.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { boxOfPoints } from '../medlam/boxes.js'
import { measurePrior } from '../sam/prior/measurePrior.js'
import { dropStrayPieces } from '../labels/components.js'
import { extremePointsOfLabels, labelExtents } from '../labels/extremePoints.js'
import { packPrior } from '../../shared/node/packedPrior.js'
import { hashScan } from '../scanFiles/hashScan.js'
import { readHeader } from '../scanFiles/readHeader.js'
import { readLabelMap } from '../scanFiles/readLabelMap.js'
import { readScan } from '../scanFiles/readScan.js'

/** A structure that has no colour where nobody gave it a name. */
type Uncolored = Omit<Structure, 'color'> & Partial<Pick<Structure, 'color'>>

/**
 * Makes a template of a scan and its label map: the six extreme points of every label, and of its
 * parts.
 * @param names what label values mean; values without a name become `Label 7`
 * @param maxParts parts per structure at most; 0 for none
 * @throws MedlsamError `input` when the label map is of another shape or place, or empty
 */
export async function templateFromLabelMap(
  setFile: string,
  scanFile: string,
  labelFile: string,
  names: readonly Structure[],
  maxParts: number,
): Promise<NewTemplate> {
  const [header, labels] = [await readHeader(scanFile), await readLabelMap(labelFile)]
  const sameShape = header.size.every((n, axis) => n === labels.size[axis])
  const samePlace = sameShape && header.affine.every((value, i) => Math.abs(value - labels.affine[i]) < 0.01)
  if (!samePlace) {
    throw new MedlsamError(
      'input',
      sameShape
        ? `The label map ${labelFile} does not lie on the scan ${scanFile}: their headers place them apart, so use the label map drawn on this scan.`
        : `The label map ${labelFile} has ${labels.size.join(' x ')} voxels and the scan ${scanFile} ${header.size.join(' x ')}: use the label map drawn on this scan.`,
      labelFile,
    )
  }
  const drawn = dropStrayPieces(labels, labelExtents(labels))
  const found = extremePointsOfLabels(drawn, { maxParts })
  if (found.length === 0) throw new MedlsamError('input', `The label map ${labelFile} is empty.`, labelFile)
  const structures = colored(
    found.map(({ labelValue }): Uncolored => {
      const named = names.find((structure) => structure.labelValue === labelValue)
      return named ?? { name: `Label ${labelValue}`, labelValue }
    }),
  )
  const scan = await readScan(scanFile, { forceHu: true })
  const points = Object.fromEntries(
    found.map((label, index): [string, TemplateStructure] => {
      const { points: whole, parts, onePiece } = label
      const prior = measurePrior(scan, drawn, label.labelValue, (parts.length > 0 ? parts : [whole]).map(boxOfPoints))
      return [
        structures[index].name,
        {
          points: whole,
          ...defined({ parts: parts.length > 0 ? parts : undefined }),
          onePiece,
          ...defined({ appearance: prior === null ? undefined : packPrior(prior) }),
        },
      ]
    }),
  )
  return { scan: describeScan(setFile, scanFile, scan.sha256, points), structures }
}

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
  let json: unknown
  try {
    json = JSON.parse(await readFile(pointsFile, 'utf8'))
  } catch (error) {
    throw new MedlsamError('template', `The points ${pointsFile} cannot be read as JSON.`, pointsFile, { cause: error })
  }
  const parsed = pointsFileSchema.safeParse(json)
  if (!parsed.success) {
    throw new MedlsamError(
      'template',
      `The points ${pointsFile} are not understood: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`,
      pointsFile,
    )
  }
  await readHeader(scanFile)
  const structures = colored(
    Object.keys(parsed.data).map((name, index): Uncolored => {
      const named = names.find((structure) => structure.name === name)
      return named ?? { name, labelValue: index + 1 }
    }),
  )
  const points = Object.fromEntries(
    Object.entries(parsed.data).map(([name, six]): [string, TemplateStructure] => [name, { points: six }]),
  )
  return { scan: describeScan(setFile, scanFile, await hashScan(scanFile), points), structures }
}

/** The entry of a scan in a set file: its id, stored path and hash, with the points given. */
export function describeScan(
  setFile: string,
  scanFile: string,
  sha256: string,
  structures: TemplateScan['structures'],
): TemplateScan {
  return {
    id: stemOf(path.basename(scanFile)),
    path: storedScanPath(setFile, scanFile),
    sha256,
    enabled: true,
    structures,
  }
}
