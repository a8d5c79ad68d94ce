import type { PointMm, Size3 } from '../shared/geometry/points.js'
import type { Affine } from '../shared/geometry/affine.js'
import type { TextImage } from './text/textImage.js'
import type { Dtype, RawArray, Scaling } from './voxels.js'

/** Where bytes lie in a file, and whether they are packed (gzip or zlib) from there on. */
export interface StoredBytes {
  readonly file: string
  /** First byte of what is meant, packed or not. */
  readonly from: number
  readonly isPacked: boolean
}

/** What the header of an image file says, checked, before any voxel is read. */
export type ImageHeader = NiftiImage | TextFileImage | SliceImage

/** A NIfTI file: its voxels lie one after the other. */
interface NiftiImage extends ImageFacts {
  readonly source: VoxelSource
  readonly text: null
  readonly readVoxels: null
}

/** An NRRD or MetaImage file. */
interface TextFileImage extends ImageFacts {
  /** Where the voxels lie one after the other; null where they do not. */
  readonly source: VoxelSource | null
  readonly text: TextImage
  readonly readVoxels: null
}

/** An image of many files, such as DICOM slices, that a library decodes. */
interface SliceImage extends ImageFacts {
  readonly source: null
  readonly text: null
  /** Reads its voxels; a type that holds more than `dtype` where values need it. */
  readonly readVoxels: () => Promise<RawArray>
}

/** What is known of an image of either kind. */
interface ImageFacts {
  /** The file the user named, or the folder of its slices. */
  readonly path: string
  readonly size: Size3
  readonly spacingMm: PointMm
  /** Voxel index (x, y, z) to RAS mm. */
  readonly affine: Affine
  readonly dtype: Dtype
  /** Volumes in the file; 1 unless it is 4D. */
  readonly timePoints: number
  readonly scaling: Scaling
  /** Sentences for the user about doubtful headers. */
  readonly warnings: readonly string[]
  /** The raw NIfTI header, null for other formats. */
  readonly niftiHeader: Uint8Array | null
  /** All files that make up the image: header first, then data where that is apart. */
  readonly files: readonly string[]
}

/** Where the voxels of an image are. */
export interface VoxelSource {
  readonly stored: StoredBytes
  /** Position of the first voxel in the (unpacked) bytes. */
  readonly offsetBytes: number
  readonly littleEndian: boolean
}
