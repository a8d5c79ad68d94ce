import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { createGzip, gzip } from 'node:zlib'
import { MedlsamError } from '../../shared/medlsamError.js'
import { writeBytesAtomic } from '../../shared/node/wholeFiles.js'
import { encodeNifti } from '../../imageio/nifti/niftiEncode.js'
import type { SourceGeometry, VoxelArray } from '../../shared/geometry/volume.js'

const GZIP_LEVEL = 6
/** Byte 9 of a gzip file names the machine's system; 255 says unknown, so that all machines write the same. */
const GZIP_OS_BYTE = 9

/**
 * Writes voxels as NIfTI (`.nii.gz`, or `.nii`) on a scan's grid; other programs see the whole file or none.
 * @throws MedlsamError as {@link packNifti}, and `output` when it cannot be written
 */
export async function writeNifti(
  path: string,
  data: VoxelArray,
  geometry: SourceGeometry,
  kind: 'labels' | 'scan',
): Promise<void> {
  await writeBytesAtomic(path, await packNifti(path, data, geometry, kind))
}

/**
 * The bytes of a NIfTI file (packed where `path` ends in `.gz`) with voxels on a scan's grid. The same voxels
 * give the same bytes.
 * @throws MedlsamError `output` when it cannot be a NIfTI file, `internal` when voxels and grid differ in size
 */
export async function packNifti(
  path: string,
  data: VoxelArray,
  geometry: SourceGeometry,
  kind: 'labels' | 'scan',
): Promise<Uint8Array> {
  if (!/\.nii(\.gz)?$/i.test(path))
    throw new MedlsamError('output', `${path} cannot be written: its name must end in .nii.gz or .nii.`, path)
  const file = encodeNifti(path, data, geometry, kind)
  return /\.gz$/i.test(path) ? packGzip(file) : file
}

/** Bytes packed with gzip, the same on all machines. */
export async function packGzip(bytes: Uint8Array): Promise<Uint8Array> {
  const packed = await promisify(gzip)(bytes, { level: GZIP_LEVEL })
  packed[GZIP_OS_BYTE] = 255
  return packed
}

/** Bytes packed with gzip in a fraction of the time, to half again the size; for files that are soon read and soon gone. */
export async function packQuickly(parts: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const packed: Uint8Array[] = []
  const packer = createGzip({ level: 1, chunkSize: 1 << 20 })
  for await (const chunk of Readable.from(parts).pipe(packer) as AsyncIterable<Uint8Array>) packed.push(chunk)
  return packed
}
