import type { PointMm } from '../../shared/geometry/points.js'
import type { Scaling } from '../../imageio/voxels.js'

/** Direction of an image's rows and of its columns in LPS, each of length 1: Image Orientation (Patient). */
export interface Orientation {
  readonly row: PointMm
  readonly column: PointMm
}

/** Where the pixels lie in a file. */
export interface PixelPlace {
  readonly offsetBytes: number
  /** Null where the length is not written: pixels in pieces, compressed. */
  readonly lengthBytes: number | null
}

/** What is used of the header of one DICOM file. Nothing of it that tells who the patient is may leave the process. */
export interface SliceHeader {
  readonly file: string
  readonly sizeBytes: number
  readonly transferSyntaxUid: string
  readonly sopClassUid: string
  readonly sopInstanceUid: string
  readonly seriesUid: string
  /** What positions of this and of other series are measured in; empty where it is not written. */
  readonly frameOfReferenceUid: string
  /** Tells patients apart, in memory only. */
  readonly patientKey: string
  readonly modality: string
  readonly imageType: readonly string[]
  readonly description: string
  readonly seriesNumber: number | null
  readonly acquisition: string
  readonly rows: number
  readonly columns: number
  readonly frames: number
  readonly samplesPerPixel: number
  readonly bitsAllocated: number
  /** How many of these bits hold the value, from the lowest on; null where they lie elsewhere. */
  readonly bitsStored: number | null
  /** What the lowest value looks like, such as `MONOCHROME2`: black. */
  readonly photometric: string
  readonly isSigned: boolean
  /** Between the centres of columns and of rows, in mm; null where it is not written. */
  readonly pixelMm: readonly [number, number] | null
  /** Centre of the first pixel in LPS mm: Image Position (Patient). */
  readonly position: PointMm | null
  readonly orientation: Orientation | null
  readonly rescale: Scaling
  /** The stored value of what lies outside of the picture. */
  readonly paddingValue: number | null
  /** Null where the file holds no pixels. */
  readonly pixels: PixelPlace | null
}
