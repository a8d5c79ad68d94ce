import type { Volume } from '../../shared/geometry/volume.js'
import { writeNifti } from './writeNifti.js'

/**
 * Writes a scan made here (not read from a file) as NIfTI (`.nii.gz`, or `.nii`).
 * @throws MedlsamError `output` when it cannot be written
 */
export async function writeScan(
  path: string,
  { data, size, affine }: Volume<Int16Array | Float32Array>,
): Promise<void> {
  await writeNifti(path, data, { niftiHeader: null, size, affine }, 'scan')
}
