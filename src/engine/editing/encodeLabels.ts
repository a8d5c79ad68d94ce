import path from 'node:path'
import { promisify } from 'node:util'
import { deflate } from 'node:zlib'
import type { ImageHeader } from '../../imageio/imageHeader.js'
import { relabelledNifti } from '../../imageio/nifti/niftiRelabel.js'
import { relabelledText } from '../../imageio/text/textRelabel.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { formatOf } from '../../shared/scanNames.js'
import type { Structure } from '../../shared/structure.js'
import type { LabelExtent } from '../labels/extremePoints.js'
import { readStart, wholeFile } from '../scanFiles/fileBytes.js'
import { encodeLabelMap } from '../scanFiles/writeLabelMap.js'
import { packGzip } from '../scanFiles/writeNifti.js'
import type { EditedLabelMap } from './editedLabelMap.js'

/**
 * The bytes of an edited label map. A file keeps its header, whoever wrote it, and its format; a new one is NIfTI on the
 * grid of its scan, bit for bit.
 * @throws MedlsamError `output` when it cannot be written in the format of `out`
 */
export async function encodeLabels(
  out: string,
  { labels, header, isNew }: EditedLabelMap,
  structures: readonly Structure[],
  extents: ReadonlyMap<number, LabelExtent>,
): Promise<Uint8Array> {
  if (isNew || formatOf(out) !== formatOf(header.path))
    return encodeLabelMap(out, labels, sourceGeometry(header, labels), structures)
  const largest = Math.max(0, ...extents.keys())
  if (header.files.length > 1 || header.source === null) throw inParts(out)
  const { source, text, dtype, scaling } = header
  if (text !== null) {
    const start = await readStart(await wholeFile(header.path), text.headerBytes)
    const boxes = new Map([...extents].map(([labelValue, { boxVoxel }]) => [labelValue, boxVoxel]))
    const pack = text.format === 'nrrd' ? packGzip : promisify<Uint8Array, Uint8Array>(deflate)
    return relabelledText(start, text, { labels: labels.data, largest, structures, extents: boxes }, pack)
  }
  const start = await readStart(source.stored, source.offsetBytes)
  const { littleEndian } = source
  const isScaled = scaling.slope !== 1 || scaling.inter !== 0
  const bytes = relabelledNifti(start, labels.data, { dtype, littleEndian, largest, isScaled })
  return /\.gz$/i.test(out) ? packGzip(bytes) : bytes
}

function sourceGeometry(
  { niftiHeader }: ImageHeader,
  { size, affine }: LabelVolume,
): Parameters<typeof encodeLabelMap>[2] {
  return { niftiHeader, size, affine }
}

function inParts(file: string): MedlsamError {
  return new MedlsamError(
    'output',
    `${path.basename(file)} keeps its voxels in another file, which cannot be edited: export it as one file first.`,
    file,
  )
}
