import type { Size3 } from '../../protocol/geometry.js'
import type { Affine } from './affine.js'
import type { RawArray } from './voxels.js'

/** The file formats that are read through ITK. */
export type ItkFormat = 'nrrd' | 'meta'

/** An image as ITK read it, in our terms. */
export interface ItkImage {
  /** Voxels per axis; the fourth, where there is one, is time. */
  readonly size: readonly number[]
  /** Numbers per voxel. */
  readonly components: number
  readonly affine: Affine
  /** Null when only the header was asked for. */
  readonly data: RawArray | null
}

/** The part of an itk-wasm image that is used here. */
interface WasmImage {
  readonly imageType: { readonly dimension: number; readonly components: number }
  readonly origin: readonly number[]
  readonly spacing: readonly number[]
  readonly direction: ArrayLike<number>
  readonly size: readonly number[]
  readonly data: unknown
}

/**
 * Reads an NRRD or MetaImage file; a detached data file must lie in the same folder.
 * Loads the WebAssembly reader on first use.
 * @throws Error when ITK cannot read the file; the caller knows the words for it
 */
export async function readItkImage(file: string, format: ItkFormat, headerOnly: boolean): Promise<ItkImage> {
  const { nrrdReadImageNode, metaReadImageNode } = await import('@itk-wasm/image-io')
  const options = { informationOnly: headerOnly }
  const result = format === 'nrrd' ? await nrrdReadImageNode(file, options) : await metaReadImageNode(file, options)
  const image = result.image as WasmImage | undefined
  if (image === undefined || result.couldRead === false) throw new Error('ITK does not recognise the file')
  return {
    size: image.size.map(Number),
    components: image.imageType.components,
    affine: lpsToRas(image),
    data: headerOnly ? null : (image.data as RawArray),
  }
}

/** ITK places voxels in LPS (x to the left, y to the back); RAS turns both round. */
function lpsToRas({ imageType, direction, spacing, origin }: WasmImage): Affine {
  const n = imageType.dimension
  const row = (r: 0 | 1 | 2, sign: 1 | -1): [number, number, number, number] => [
    sign * direction[r * n] * spacing[0],
    sign * direction[r * n + 1] * spacing[1],
    sign * direction[r * n + 2] * spacing[2],
    sign * origin[r],
  ]
  return [...row(0, -1), ...row(1, -1), ...row(2, 1), 0, 0, 0, 1]
}

/**
 * Fills the slices that a label map lacks: every label is interpolated, by its shape, between the
 * slices along the array's third axis that hold it (morphological contour interpolation, Albu 2008,
 * Zukić 2016). Slices with labels stay as they are.
 *
 * @param labels `labels[x + size[0] * (y + size[1] * z)]`, slices along z
 * @returns a new array of the same type
 */
export async function interpolateContours<T extends Uint8Array | Uint16Array>(labels: T, size: Size3): Promise<T> {
  const { morphologicalContourInterpolationNode } = await import('@itk-wasm/morphological-contour-interpolation')
  const image = {
    imageType: { dimension: 3, componentType: labels instanceof Uint8Array ? ('uint8' as const) : ('uint16' as const), pixelType: 'Scalar' as const, components: 1 },
    name: 'labels',
    origin: [0, 0, 0],
    spacing: [1, 1, 1],
    direction: new Float64Array([1, 0, 0, 0, 1, 0, 0, 0, 1]),
    size: [...size],
    metadata: new Map<string, string>(),
    data: labels,
  }
  // The package brings its own copy of itk-wasm, so its Image class is out of reach; it only reads plain data.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  const { outputImage } = await morphologicalContourInterpolationNode(image, { axis: 2 })
  return outputImage.data as T
}
