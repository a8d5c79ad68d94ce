import type { Volume } from '../../shared/geometry/volume.js'
import { writePartsAtomic } from '../../shared/node/wholeFiles.js'
import { niftiParts } from '../../imageio/nifti/niftiEncode.js'
import { writeNifti } from './writeNifti.js'

/**
 * Writes a scan made here (not read from a file) as NIfTI (`.nii.gz`, or `.nii`).
 * @throws MedlsamError `output` when it cannot be written
 */
export async function writeScan(
  path: string,
  { data, size, affine }: Volume<Int16Array | Float32Array>,
): Promise<void> {
  const geometry = { niftiHeader: null, size, affine }
  // A large volume is not copied.
  if (/\.nii$/i.test(path)) await writePartsAtomic(path, niftiParts(path, data, geometry, 'scan'))
  else await writeNifti(path, data, geometry, 'scan')
}
