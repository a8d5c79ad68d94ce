import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { MedlsamError } from '../../shared/medlsamError.js'
import { writeBytesAtomic } from '../../shared/node/wholeFiles.js'
import { headerOnGrid } from '../../imageio/nifti/niftiEncode.js'
import type { SourceGeometry, VoxelArray } from '../../shared/geometry/volume.js'
import { swapBytes } from '../../imageio/voxels.js'

const GZIP_LEVEL = 6
/** Byte 9 of a gzip file names the machine's system; 255 says unknown, so that all machines write the same. */
const GZIP_OS_BYTE = 9

function dtypeOf(data: VoxelArray): 'int16' | 'float32' | 'uint8' | 'uint16' | 'uint32' {
  if (data instanceof Int16Array) return 'int16'
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Uint8Array) return 'uint8'
  return data instanceof Uint16Array ? 'uint16' : 'uint32'
}

/**
 * Writes voxels as NIfTI (`.nii.gz`, or `.nii`) on a scan's grid; other programs see the whole file or none.
 * @throws MedlsamError as {@link encodeNifti}, and `output` when it cannot be written
 */
export async function writeNifti(
  path: string,
  data: VoxelArray,
  geometry: SourceGeometry,
  kind: 'labels' | 'scan',
): Promise<void> {
  await writeBytesAtomic(path, await encodeNifti(path, data, geometry, kind))
}

/**
 * The bytes of a NIfTI file (packed where `path` ends in `.gz`) with voxels on a scan's grid. The same voxels
 * give the same bytes.
 * @throws MedlsamError `output` when it cannot be a NIfTI file, `internal` when voxels and grid differ in size
 */
export async function encodeNifti(
  path: string,
  data: VoxelArray,
  geometry: SourceGeometry,
  kind: 'labels' | 'scan',
): Promise<Uint8Array> {
  const { size } = geometry
  if (!/\.nii(\.gz)?$/i.test(path))
    throw new MedlsamError('output', `${path} cannot be written: its name must end in .nii.gz or .nii.`, path)
  if (data.length !== size[0] * size[1] * size[2]) {
    throw new MedlsamError(
      'internal',
      `${path} was to hold ${size.join(' x ')} voxels but got ${data.length}; please report this.`,
      path,
    )
  }
  if (geometry.niftiHeader?.length !== 540 && size.some((n) => n > 32767)) {
    throw new MedlsamError(
      'output',
      `${path} cannot be written: an axis of more than 32767 voxels does not fit into NIfTI-1.`,
      path,
    )
  }
  const header = headerOnGrid(geometry, dtypeOf(data), kind)
  const file = new Uint8Array(header.bytes.length + data.byteLength)
  file.set(header.bytes)
  const voxels = file.subarray(header.bytes.length)
  voxels.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  if (!header.littleEndian) swapBytes(voxels, data.BYTES_PER_ELEMENT as 1 | 2 | 4)

  if (!/\.gz$/i.test(path)) return file
  const packed = await promisify(gzip)(file, { level: GZIP_LEVEL })
  packed[GZIP_OS_BYTE] = 255
  return packed
}
