import path from 'node:path'
import { stat } from 'node:fs/promises'
import { EXPORT_KINDS, exportPathOf, type ConvertOutcome, type ConvertRequest } from '../../shared/exportFormats.js'
import { findLabelNames } from '../../shared/labelNames/labelNames.js'
import { keepForeign, neverOurs } from '../../shared/node/keepForeign.js'
import { makeFolders } from '../../shared/node/makeFolders.js'
import { namesFilesIn } from '../../shared/node/namesFiles.js'
import { writeBytesTogether } from '../../shared/node/wholeFiles.js'
import { colored } from '../../shared/palette.js'
import { formatOf } from '../../shared/scanNames.js'
import type { Sidecar } from '../../shared/sidecar.js'
import type { Structure } from '../../shared/structure.js'
import { findSeries, isDicomPlace } from '../dicom/findSeries.js'
import type { DrawnBy } from '../dicom/objects/labelObject.js'
import { withPseudonyms } from '../dicom/objects/pseudonyms.js'
import { openSourceSeries, type SourceSeries } from '../dicom/objects/sourceSeries.js'
import { labelExtents } from '../labels/extremePoints.js'
import { readSidecar } from '../pipeline/readSidecar.js'
import { openImage } from '../scanFiles/openImage.js'
import { readLabelMap, type LabelMap } from '../scanFiles/readLabelMap.js'
import { encodeExport, seriesNeeded } from './encodeExport.js'
import type { ExportContent, ExportFile } from './exportContent.js'

/**
 * Writes a label map in a format of other programs.
 * @throws MedlsamError `input` where it cannot be read or lies elsewhere than the series, `usage` where a series is
 *   needed, `output` where something is there already
 */
export async function convertLabelMap(request: ConvertRequest): Promise<ConvertOutcome> {
  const { labelMap, to } = request
  const out = request.out ?? exportPathOf(labelMap, to)
  const sidecar = formatOf(labelMap) === 'nifti' ? await readSidecar(labelMap) : null
  const series = EXPORT_KINDS[to].needsSeries ? await seriesOf(request, sidecar) : null
  const stored = await readLabelMap(labelMap)
  const content: ExportContent = {
    path: labelMap,
    labels: stored,
    geometry: { niftiHeader: (await openImage(labelMap)).niftiHeader, size: stored.size, affine: stored.affine },
    structures: await structuresOf(labelMap, stored),
    drawnBy: drawnBy(stored, sidecar),
    sha256: stored.sha256,
    created: (await stat(labelMap)).mtime,
    series,
  }
  const files = await encodeExport(to, content, out)
  await keepForeign(
    files.map(({ file }) => ({ file, isOurs: neverOurs })),
    request.force,
  )
  await writeAll(files)
  return {
    out,
    files: files.map(({ file }) => file),
    warnings: [...stored.warnings, ...(series?.stack.warnings ?? [])],
  }
}

async function seriesOf(
  { labelMap, to, series, deidentify }: ConvertRequest,
  sidecar: Sidecar | null,
): Promise<SourceSeries> {
  const written = sidecar === null ? null : path.resolve(path.dirname(labelMap), sidecar.input.path)
  const place = series ?? (written !== null && (await isDicomPlace(written)) ? written : null)
  if (place === null) throw seriesNeeded(to, labelMap)
  const source = await openSourceSeries(await findSeries(place))
  return deidentify === true ? withPseudonyms(source) : source
}

/** What the values of the label map mean, by the files around it; values that nothing names have names of their own. */
async function structuresOf(labelMap: string, labels: LabelMap): Promise<readonly Structure[]> {
  const names = await findLabelNames(path.basename(labelMap), namesFilesIn(path.dirname(labelMap)))
  const known = names?.structures ?? []
  const unnamed = labelExtents(labels).filter(
    ({ labelValue }) => !known.some((structure) => structure.labelValue === labelValue),
  )
  return colored([...known, ...unnamed.map(({ labelValue }) => ({ name: `Label ${labelValue}`, labelValue }))])
}

function drawnBy({ sha256 }: LabelMap, sidecar: Sidecar | null): DrawnBy {
  if (sidecar === null) return 'manual'
  return sidecar.outputSha256?.labelMap === sha256 ? 'automatic' : 'semiautomatic'
}

async function writeAll(files: readonly ExportFile[]): Promise<void> {
  for (const folder of new Set(files.map(({ file }) => path.dirname(path.resolve(file))))) await makeFolders(folder)
  await writeBytesTogether(files, () => Promise.resolve())
}
