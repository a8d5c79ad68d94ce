import type { Size3 } from '../../protocol/geometry.js'

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
