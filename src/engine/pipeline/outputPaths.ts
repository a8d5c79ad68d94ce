import path from 'node:path'
import { makeFolders } from '../../shared/node/makeFolders.js'
import type { LocalizeRequest } from '../../shared/requests.js'
import type { FoundSeries } from '../dicom/findSeries.js'
import { resultStem } from '../dicom/resultStem.js'
import { labelMapNameOf, labelTableNameOf, sidecarNameOf } from '../../shared/labelMapNames.js'
import { exportPathOf, type ResultExport } from '../../shared/exportFormats.js'
import { MedlsamError } from '../../shared/medlsamError.js'

/** The files one segmentation writes. */
export interface OutputPaths {
  readonly labelMap: string
  /** `OUT.json` of `OUT.nii.gz`. */
  readonly sidecar: string
  /** `OUT_dseg.tsv`, or `OUT.tsv` where OUT ends in `_dseg` already. */
  readonly names: string
  /** What is written for other programs. */
  readonly exports: readonly { readonly format: ResultExport; readonly file: string }[]
}

const LABEL_SUFFIX = /\.nii(\.gz)?$/i

/** Where a segmentation of a scan goes when no place is named: `SCAN_dseg.nii.gz` in the same folder. */
export function defaultLabelMapPath(scanPath: string): string {
  return labelMapNameOf(scanPath)
}

/**
 * The same for a scan that may be DICOM: `FOLDER_dseg.nii.gz` beside the folder of its slices.
 * @param found the series of the scan's place; null where it is not DICOM
 * @throws MedlsamError `input` and `usage` where it is DICOM, and no series or several could be meant
 */
export function labelMapPathFor(
  { scanPath, series }: Pick<LocalizeRequest, 'scanPath' | 'series'>,
  found: FoundSeries | null,
): string {
  return defaultLabelMapPath(found === null ? scanPath : resultStem(found, series))
}

/**
 * All files of a segmentation written to `labelMap`.
 * @throws MedlsamError `usage` when the name is not a NIfTI name or would overwrite the scan
 */
export function outputPaths(labelMap: string, scanPath: string, formats: readonly ResultExport[] = []): OutputPaths {
  if (!LABEL_SUFFIX.test(labelMap)) {
    throw new MedlsamError('usage', `The output ${labelMap} must end in .nii.gz or .nii.`, labelMap)
  }
  if (path.resolve(labelMap) === path.resolve(scanPath)) {
    throw new MedlsamError('usage', `The output ${labelMap} is the scan itself: choose another name.`, labelMap)
  }
  return {
    labelMap,
    sidecar: sidecarNameOf(labelMap),
    names: labelTableNameOf(labelMap),
    exports: formats.map((format) => ({ format, file: exportPathOf(labelMap, format) })),
  }
}

/**
 * Makes sure the output folder exists before minutes are spent on its content.
 * @throws MedlsamError `output` when it cannot be made
 */
export async function prepareOutputFolder(labelMap: string): Promise<void> {
  await makeFolders(path.dirname(path.resolve(labelMap)))
}
