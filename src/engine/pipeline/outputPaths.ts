import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { labelMapNameOf, labelTableNameOf, sidecarNameOf } from '../../shared/labelMapNames.js'
import { MedlsamError } from '../../shared/medlsamError.js'

/** The files one segmentation writes. */
export interface OutputPaths {
  readonly labelMap: string
  /** `OUT.json` of `OUT.nii.gz`. */
  readonly sidecar: string
  /** `OUT_dseg.tsv`, or `OUT.tsv` where OUT ends in `_dseg` already. */
  readonly names: string
}

const LABEL_SUFFIX = /\.nii(\.gz)?$/i

/** Where a segmentation of a scan goes when no place is named: `SCAN_dseg.nii.gz` in the same folder. */
export function defaultLabelMapPath(scanPath: string): string {
  return labelMapNameOf(scanPath)
}

/**
 * All files of a segmentation written to `labelMap`.
 * @throws MedlsamError `usage` when the name is not a NIfTI name or would overwrite the scan
 */
export function outputPaths(labelMap: string, scanPath: string): OutputPaths {
  if (!LABEL_SUFFIX.test(labelMap)) {
    throw new MedlsamError('usage', `The output ${labelMap} must end in .nii.gz or .nii.`, labelMap)
  }
  if (path.resolve(labelMap) === path.resolve(scanPath)) {
    throw new MedlsamError('usage', `The output ${labelMap} is the scan itself: choose another name.`, labelMap)
  }
  return { labelMap, sidecar: sidecarNameOf(labelMap), names: labelTableNameOf(labelMap) }
}

/**
 * Makes sure the output folder exists before minutes are spent on its content.
 * @throws MedlsamError `output` when it cannot be made
 */
export async function prepareOutputFolder(labelMap: string): Promise<void> {
  const folder = path.dirname(path.resolve(labelMap))
  try {
    await mkdir(folder, { recursive: true })
    if (!(await stat(folder)).isDirectory()) throw new Error('not a folder')
  } catch (error) {
    throw new MedlsamError(
      'output',
      `The output folder ${folder} cannot be made or is not a folder: choose another place.`,
      folder,
      { cause: error, remedy: { option: 'out' } },
    )
  }
}
