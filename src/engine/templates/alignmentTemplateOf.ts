import { templateScanPath } from '../../shared/node/templateSetPaths.js'
import type { Volume } from '../../shared/geometry/volume.js'
import type { DrawnIn, TemplateScan } from '../../shared/templateSet.js'
import { makeAlignmentTemplate, type AlignmentTemplate } from '../alignment/alignmentTemplate.js'
import { prepareScan } from '../alignment/prepareScan.js'
import { maskOfPoints, templateMasks, type TemplateMask } from '../alignment/templateMasks.js'
import { dropStrayPieces } from '../labels/components.js'
import { labelExtents } from '../labels/extremePoints.js'
import { readLabelsOn } from '../scanFiles/readLabelsOn.js'

/** An alignment template, and a sentence for every label map that could not be used. */
export interface MadeAlignmentTemplate {
  readonly template: AlignmentTemplate
  readonly problems: readonly string[]
}

/**
 * Makes of a template scan what alignment needs: its label maps where they are as the set knows them, and stand-ins of
 * the extreme points for other structures.
 */
export async function alignmentTemplateOf(
  setFile: string,
  scan: Pick<TemplateScan, 'id' | 'structures'>,
  voxels: Pick<Volume, 'data' | 'size' | 'affine'>,
  descriptorMm?: readonly number[],
): Promise<MadeAlignmentTemplate> {
  const masks = new Map<string, TemplateMask>()
  const problems: string[] = []
  for (const [stored, drawn] of drawnByFile(scan)) {
    const file = templateScanPath(setFile, { path: stored })
    const labels = await readLabelsOn(file, voxels).catch(() => null)
    if (labels === null || drawn.some(([, { sha256 }]) => sha256 !== labels.sha256)) {
      problems.push(labelMapProblem(file, scan.id, drawn, labels === null))
      continue
    }
    const names = new Map(drawn.map(([name, { labelValue }]) => [labelValue, name]))
    for (const mask of templateMasks(dropStrayPieces(labels, labelExtents(labels)), names)) masks.set(mask.name, mask)
  }
  const all = Object.entries(scan.structures).map(([name, { points }]) => masks.get(name) ?? maskOfPoints(name, points))
  const input = { id: scan.id, scan: prepareScan(voxels), masks: all }
  return { template: makeAlignmentTemplate(input, descriptorMm), problems }
}

/** The structures that are drawn in each label map of a scan. */
function drawnByFile({ structures }: Pick<TemplateScan, 'structures'>): Map<string, (readonly [string, DrawnIn])[]> {
  const files = new Map<string, (readonly [string, DrawnIn])[]>()
  for (const [name, { drawnIn }] of Object.entries(structures)) {
    if (drawnIn === undefined) continue
    files.set(drawnIn.path, [...(files.get(drawnIn.path) ?? []), [name, drawnIn]])
  }
  return files
}

/** Why a label map cannot be used for alignment, as a sentence. */
function labelMapProblem(
  file: string,
  id: string,
  drawn: readonly (readonly [string, DrawnIn])[],
  isUnreadable: boolean,
): string {
  const names = drawn.map(([name]) => name).join(', ')
  const why = isUnreadable ? 'is not there any more or cannot be read' : 'has changed since its points were measured'
  return `The label map ${file} of template ${id} ${why}: only the extreme points of ${names} are used there; add the scan again.`
}
