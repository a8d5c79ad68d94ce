import { MedlsamError } from '../../shared/medlsamError.js'
import { sha256Files } from '../../shared/node/hash.js'
import { readVoxelBytes, fileSize } from './fileBytes.js'
import type { ImageHeader } from '../../imageio/imageHeader.js'
import { formatOf } from '../../shared/scanNames.js'
import { inputError } from '../../shared/inputError.js'
import { isNotFetched, notFetched } from './notFetched.js'
import { seriesAt, type FoundSeries } from '../dicom/findSeries.js'
import { openDicom } from '../dicom/openDicom.js'
import { openNifti } from './niftiFile.js'
import { openTextImage, readTextFile } from './textFile.js'
import { asNumbers, DTYPE_BYTES, type RawArray } from '../../imageio/voxels.js'

/** How an image is read. */
export interface ReadOptions {
  /** Which volume of a 4D file, from 0. */
  readonly timePoint?: number
  /** The most its voxels may take in memory, in bytes as stored in the file; default 2 GiB. */
  readonly maxBytes?: number
}

/** Which series of a place is meant, where it is DICOM. */
export interface SeriesChoice {
  /** Its number in the list, its UID or the end of that. */
  readonly series?: string
  /** What the place holds, where that is known already: headers are read once. */
  readonly found?: FoundSeries
}

const DEFAULT_MAX_BYTES = 2 ** 31

/**
 * Reads and checks an image's header; the format goes by the file's name, of DICOM by its first bytes.
 * NIfTI-1 and -2 (`.nii`, `.nii.gz`, `.hdr`/`.img`), NRRD (`.nrrd`, `.nhdr`), MetaImage (`.mha`, `.mhd`), and CT series
 * in DICOM, by their folder or one of their slices.
 * @throws MedlsamError `input` with one sentence about what is wrong
 */
export async function openImage(file: string, { series, found }: SeriesChoice = {}): Promise<ImageHeader> {
  if (await isNotFetched(file)) throw notFetched(file)
  const format = formatOf(file)
  if (format === 'nifti') return openNifti(file)
  if (format !== null) return openTextImage(file, format)
  return openDicom(found ?? (await dicomAt(file)), series)
}

/**
 * The series of a place that is DICOM.
 * @throws MedlsamError `input` where it is not
 */
export async function dicomAt(file: string): Promise<FoundSeries> {
  const dicom = await seriesAt(file)
  if (dicom !== null) return dicom
  if (await isNotFetched(file)) throw notFetched(file)
  await fileSize(file)
  if (/\.(dcm|dicom|ima)$/i.test(file))
    throw inputError(file, `${file} is not DICOM, whatever its name says: export or copy it again.`)
  throw inputError(
    file,
    `${file} is of no known kind: name a .nii, .nii.gz, .hdr, .img, .nrrd, .nhdr, .mha or .mhd file, or DICOM slices.`,
  )
}

/** One volume of an image as stored, and the hash of its files. */
export interface StoredVoxels {
  readonly raw: RawArray
  /** SHA-256 of the file as stored; of header and data file one after the other where there are two. */
  readonly sha256: string
}

/**
 * Reads the voxels of one volume, as stored.
 * @throws MedlsamError `input` when no time point is chosen in a 4D file, when it would not fit, when data is missing;
 *   `usage` when there is no such time point
 */
export async function readStoredVoxels(header: ImageHeader, options: ReadOptions): Promise<StoredVoxels> {
  const timePoint = chooseTimePoint(header, options.timePoint)
  const bytes = header.size[0] * header.size[1] * header.size[2] * DTYPE_BYTES[header.dtype]
  checkFits(header, bytes, options.maxBytes ?? DEFAULT_MAX_BYTES)
  const raw = await rawVoxels(header, timePoint, bytes)
  return { raw, sha256: await sha256Files(header.files) }
}

async function rawVoxels(header: ImageHeader, timePoint: number, bytes: number): Promise<RawArray> {
  if (header.readVoxels !== null) return header.readVoxels()
  if (header.text !== null) return readTextFile(header.text, timePoint)
  const { stored, offsetBytes, littleEndian } = header.source
  const into = new Uint8Array(bytes)
  const isLast = timePoint === header.timePoints - 1
  await readVoxelBytes(stored, offsetBytes + timePoint * bytes, into, isLast)
  return asNumbers(into, header.dtype, littleEndian)
}

function chooseTimePoint({ path, timePoints }: ImageHeader, chosen: number | undefined): number {
  if (chosen === undefined && timePoints > 1) {
    throw new MedlsamError(
      'input',
      `${path} is 4D with ${timePoints} time points: choose one (0 to ${timePoints - 1}).`,
      path,
      { remedy: { option: 'timePoint', timePoints } },
    )
  }
  const timePoint = chosen ?? 0
  if (!Number.isInteger(timePoint) || timePoint < 0 || timePoint >= timePoints) {
    throw new MedlsamError(
      'usage',
      `There is no time point ${timePoint} in ${path}, which has ${timePoints}: choose 0 to ${timePoints - 1}.`,
      path,
    )
  }
  return timePoint
}

/** @throws MedlsamError `input` where voxels need more memory than they may */
export function checkFits({ path, size }: Pick<ImageHeader, 'path' | 'size'>, bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return
  const inMiB = (n: number): string => `${Math.ceil(n / 2 ** 20)} MiB`
  const message = `The ${size.join(' x ')} voxels of ${path} need ${inMiB(bytes)} of memory, more than the limit of ${inMiB(maxBytes)}: raise it if this machine has room.`
  throw new MedlsamError('input', message, path, { remedy: { option: 'maxBytes', needsBytes: bytes } })
}
