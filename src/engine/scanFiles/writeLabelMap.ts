import type { Structure } from '../../shared/structure.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { writeBytesAtomic } from '../../shared/node/wholeFiles.js'
import type { LabelVolume, SourceGeometry } from '../../shared/geometry/volume.js'
import { packNifti } from './writeNifti.js'

/**
 * Writes a label map as NIfTI (`.nii.gz`, or `.nii`) on the grid of its scan, whose position, orientation,
 * codes and units are repeated bit for bit. The unsigned type is the smallest that holds every structure's
 * value; the same labels give the same bytes. Other programs see the whole file or none.
 *
 * @param structures what may occur in the label map, whether it does or not
 * @throws MedlsamError `output` when it cannot be written, `internal` when labels and scan differ in size
 */
export async function writeLabelMap(
  path: string,
  labels: LabelVolume,
  geometry: SourceGeometry,
  structures: readonly Pick<Structure, 'labelValue'>[],
): Promise<void> {
  await writeBytesAtomic(path, await encodeLabelMap(path, labels, geometry, structures))
}

/**
 * The bytes that {@link writeLabelMap} writes.
 * @throws MedlsamError `output` when there can be no such file, `internal` when labels and scan differ in size
 */
export async function encodeLabelMap(
  path: string,
  labels: LabelVolume,
  geometry: SourceGeometry,
  structures: readonly Pick<Structure, 'labelValue'>[],
): Promise<Uint8Array> {
  if (labels.size.some((n, axis) => n !== geometry.size[axis])) {
    throw new MedlsamError(
      'internal',
      `The label map for ${path} has ${labels.size.join(' x ')} voxels, its scan ${geometry.size.join(' x ')}; please report this.`,
      path,
    )
  }
  let largest = structures.reduce((max, { labelValue }) => Math.max(max, labelValue), 0)
  for (const value of labels.data) if (value > largest) largest = value
  const data =
    largest <= 0xff
      ? new Uint8Array(labels.data)
      : largest <= 0xffff
        ? new Uint16Array(labels.data)
        : new Uint32Array(labels.data)
  return packNifti(path, data, geometry, 'labels')
}
