import { defined } from '../../shared/defined.js'
import { boxOfPoints } from '../../shared/geometry/points.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { packPrior } from '../../shared/node/packedPrior.js'
import { storedScanPath } from '../../shared/node/templateSetPaths.js'
import { colored } from '../../shared/palette.js'
import type { Structure } from '../../shared/structure.js'
import type { TemplateStructure } from '../../shared/templateSet.js'
import type { NewTemplate } from '../../shared/templateSetEdit.js'
import { dropStrayPieces } from '../labels/components.js'
import { extremePointsOfLabels, labelExtents } from '../labels/extremePoints.js'
import { measurePrior } from '../sam/prior/measurePrior.js'
import { readHeader } from '../scanFiles/readHeader.js'
import { readLabelsOn } from '../scanFiles/readLabelsOn.js'
import { readScan } from '../scanFiles/readScan.js'
import { canonicalOrder } from '../../shared/geometry/orient.js'
import { sortedOnto } from '../labels/sortedOnto.js'
import { withoutNamesakes } from './structureNames.js'
import { describeScan, type Uncolored } from './describeScan.js'

/**
 * Makes a template of a scan and its label map: the six extreme points of every label, and of its
 * parts (docs/method.md, section 3.2).
 * @param names what label values mean, where the label map does not say so itself as DICOM does
 * @param unnamed whether values without a name become `Label 7` or are refused
 * @param maxParts parts per structure at most; 0 for none
 * @throws MedlsamError `input` when the label map is of another shape or place, or empty
 */
export async function templateFromLabelMap(
  setFile: string,
  scanFile: string,
  labelFile: string,
  names: readonly Structure[],
  { maxParts, unnamed = 'take' }: { readonly maxParts: number; readonly unnamed?: 'take' | 'refuse' },
): Promise<NewTemplate> {
  const header = await readHeader(scanFile)
  const stored = await readLabelsOn(labelFile, header)
  const known = stored.structures ?? names
  const labels = sortedOnto(stored, header)
  if (labels === null) {
    const [ours, theirs] = [canonicalOrder(header).size, canonicalOrder(stored).size]
    const sameShape = ours.every((n, axis) => n === theirs[axis])
    throw new MedlsamError(
      'input',
      sameShape
        ? `The label map ${labelFile} does not lie on the scan ${scanFile}: their headers place them apart, so use the label map drawn on this scan.`
        : `The label map ${labelFile} has ${stored.size.join(' x ')} voxels and the scan ${scanFile} ${header.size.join(' x ')}: use the label map drawn on this scan.`,
      labelFile,
    )
  }
  const cleaned = dropStrayPieces(labels, labelExtents(labels))
  const found = extremePointsOfLabels(cleaned, { maxParts })
  if (found.length === 0) throw new MedlsamError('input', `The label map ${labelFile} is empty.`, labelFile)
  const nameless = found.filter(({ labelValue }) => !known.some((structure) => structure.labelValue === labelValue))
  if (unnamed === 'refuse' && nameless.length > 0) throw namesMissing(labelFile, nameless)
  const named = found.map(({ labelValue }): Uncolored => {
    const given = known.find((structure) => structure.labelValue === labelValue)
    return given ?? { name: `Label ${labelValue}`, labelValue }
  })
  const structures = colored(withoutNamesakes(named, labelFile))
  const scan = await readScan(scanFile, { isTemplate: true })
  const labelMap = { path: storedScanPath(setFile, labelFile), sha256: stored.sha256 }
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
          drawnIn: { ...labelMap, labelValue: label.labelValue },
        },
      ]
    }),
  )
  return { scan: describeScan(setFile, scanFile, scan.sha256, points), structures }
}

function namesMissing(labelFile: string, nameless: readonly { readonly labelValue: number }[]): MedlsamError {
  const labelValues = nameless.map(({ labelValue }) => labelValue)
  const some = labelValues.length > 8 ? `${labelValues.slice(0, 8).join(', ')} and others` : labelValues.join(', ')
  const are = labelValues.length === 1 ? 'label value' : 'label values'
  return new MedlsamError('template', `Nothing names the ${are} ${some} of ${labelFile}.`, labelFile, {
    remedy: { option: 'nameLabels', labelValues },
  })
}
