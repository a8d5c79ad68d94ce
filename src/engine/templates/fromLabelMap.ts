import { defined } from '../../shared/defined.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { packPrior } from '../../shared/node/packedPrior.js'
import { colored } from '../../shared/palette.js'
import type { Structure } from '../../shared/structure.js'
import type { TemplateStructure } from '../../shared/templateSet.js'
import type { NewTemplate } from '../../shared/templateSetEdit.js'
import { dropStrayPieces } from '../labels/components.js'
import { extremePointsOfLabels, labelExtents } from '../labels/extremePoints.js'
import { boxOfPoints } from '../medlam/boxes.js'
import { measurePrior } from '../sam/prior/measurePrior.js'
import { readHeader } from '../scanFiles/readHeader.js'
import { readLabelMap } from '../scanFiles/readLabelMap.js'
import { readScan } from '../scanFiles/readScan.js'
import { describeScan, type Uncolored } from './describeScan.js'

/**
 * Makes a template of a scan and its label map: the six extreme points of every label, and of its
 * parts (docs/method.md, section 3.2).
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
  const cleaned = dropStrayPieces(labels, labelExtents(labels))
  const found = extremePointsOfLabels(cleaned, { maxParts })
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
      const prior = measurePrior(scan, cleaned, label.labelValue, (parts.length > 0 ? parts : [whole]).map(boxOfPoints))
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
