import type { Size3 } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import type { BoxVoxel } from '../../shared/structure.js'

/** Empty voxels kept around the labels when they are cut out. */
const MARGIN_VOXELS = 2

/**
 * Fills the slices that a label map lacks: every label is interpolated, by its shape, between the
 * slices along the array's third axis that hold it (morphological contour interpolation, Albu 2008,
 * Zukić 2016). Slices with labels stay as they are. Only the part with labels goes through
 * WebAssembly, which is loaded on first use.
 *
 * @param labels `labels[x + size[0] * (y + size[1] * z)]`, slices along z
 * @returns a new array of the same type
 */
export async function interpolateContours<T extends Uint8Array | Uint16Array>(labels: T, size: Size3): Promise<T> {
  const filled = labels.slice() as T
  const box = boxWithMargin(labels, size)
  if (box === null) return filled
  const { min, max } = box
  const cutSize = mapAxes((axis) => max[axis] - min[axis] + 1)
  const cut = labels.slice(0, cutSize[0] * cutSize[1] * cutSize[2]) as T
  const eachRow = (visit: (whole: number, part: number) => void): void => {
    for (let z = 0, part = 0; z < cutSize[2]; z++) {
      for (let y = 0; y < cutSize[1]; y++, part += cutSize[0])
        visit(min[0] + size[0] * (min[1] + y + size[1] * (min[2] + z)), part)
    }
  }
  eachRow((whole, part) => {
    cut.set(labels.subarray(whole, whole + cutSize[0]), part)
  })
  const result = await interpolate(cut, cutSize)
  eachRow((whole, part) => {
    filled.set(result.subarray(part, part + cutSize[0]), whole)
  })
  return filled
}

/** The box around all labels and a margin, or null when there are none. */
function boxWithMargin(labels: Uint8Array | Uint16Array, size: Size3): BoxVoxel | null {
  const min: [number, number, number] = [...size]
  const max: [number, number, number] = [-1, -1, -1]
  for (let z = 0, at = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, at++) {
        if (labels[at] === 0) continue
        if (x < min[0]) min[0] = x
        if (x > max[0]) max[0] = x
        if (y < min[1]) min[1] = y
        if (y > max[1]) max[1] = y
        if (z < min[2]) min[2] = z
        max[2] = z
      }
    }
  }
  if (max[2] < 0) return null
  const low = (axis: 0 | 1 | 2): number => Math.max(0, min[axis] - MARGIN_VOXELS)
  const high = (axis: 0 | 1 | 2): number => Math.min(size[axis] - 1, max[axis] + MARGIN_VOXELS)
  return { min: mapAxes(low), max: mapAxes(high) }
}

async function interpolate<T extends Uint8Array | Uint16Array>(labels: T, size: Size3): Promise<T> {
  const [{ morphologicalContourInterpolationNode }, { Image, ImageType, IntTypes, PixelTypes }] = await Promise.all([
    import('@itk-wasm/morphological-contour-interpolation'),
    import('itk-wasm'),
  ])
  const image = new Image(
    new ImageType(3, labels instanceof Uint8Array ? IntTypes.UInt8 : IntTypes.UInt16, PixelTypes.Scalar, 1),
  )
  image.size = [...size]
  image.spacing = [1, 1, 1]
  image.data = labels
  const { outputImage } = await morphologicalContourInterpolationNode(image, { axis: 2 })
  return outputImage.data as T
}
