import type { Normalisation } from '../../../shared/modelTypes.js'
import type { SliceImage } from '../slices/sliceImage.js'
import { axisWeights, resamplePlane } from '../slices/resamplePlane.js'
import type { Letterbox } from './letterbox.js'

/** SAM's normalisation of 0..255 RGB. */
const MEAN = [123.675, 116.28, 103.53] as const
const STD = [58.395, 57.12, 57.375] as const
const CHANNELS = [0, 1, 2] as const

interface Linear {
  readonly scale: number
  readonly shift: number
}

/** A slice image resampled to its place in the square, 0..255, row by row. */
function resampleImage({ data, width, height }: SliceImage, letterbox: Letterbox): Float32Array {
  return resamplePlane(
    data,
    width,
    axisWeights(width, letterbox.width, 1 / letterbox.scaleX),
    axisWeights(height, letterbox.height, 1 / letterbox.scaleY),
  )
}

/**
 * Writes a slice image as three equal planes of `side` x `side` (NCHW). What the slice image does not cover is 0
 * after normalising, as the models were trained.
 */
export function fillPlanes(
  input: Float32Array,
  side: number,
  image: SliceImage,
  letterbox: Letterbox,
  normalisation: Normalisation,
): void {
  const resized = resampleImage(image, letterbox)
  const linear = channelMaps(resized, normalisation)
  input.fill(0)
  for (const channel of CHANNELS) {
    const { scale, shift } = linear[channel]
    for (let y = 0; y < letterbox.height; y++) {
      const target = (channel * side + y) * side
      const source = y * letterbox.width
      for (let x = 0; x < letterbox.width; x++) input[target + x] = resized[source + x] * scale + shift
    }
  }
}

/** A slice image as interleaved RGB (HWC) on a canvas of this width; 0 beside it. */
export function interleaved(
  image: SliceImage,
  letterbox: Letterbox,
  canvasWidth: number,
  canvasHeight: number,
  normalisation: Normalisation,
): Float32Array {
  const resized = resampleImage(image, letterbox)
  const linear = channelMaps(resized, normalisation)
  const rgb = new Float32Array(3 * canvasWidth * canvasHeight)
  for (let y = 0; y < letterbox.height; y++) {
    for (let x = 0; x < letterbox.width; x++) {
      const value = resized[y * letterbox.width + x]
      for (const channel of CHANNELS)
        rgb[3 * (y * canvasWidth + x) + channel] = value * linear[channel].scale + linear[channel].shift
    }
  }
  return rgb
}

function channelMaps(values: Float32Array, normalisation: Normalisation): readonly [Linear, Linear, Linear] {
  switch (normalisation) {
    case 'sam':
      return [samChannel(0), samChannel(1), samChannel(2)]
    case 'minMax': {
      const [least, greatest] = range(values)
      // A slice image of one grey is black, as in MedSAM's own preprocessing.
      const scale = 1 / Math.max(greatest - least, 1e-8)
      return threeTimes({ scale, shift: -least * scale })
    }
    case 'unit':
      return threeTimes({ scale: 1 / 255, shift: 0 })
    case 'inside':
      return threeTimes({ scale: 1, shift: 0 })
  }
}

function samChannel(channel: 0 | 1 | 2): Linear {
  return { scale: 1 / STD[channel], shift: -MEAN[channel] / STD[channel] }
}

function threeTimes(linear: Linear): readonly [Linear, Linear, Linear] {
  return [linear, linear, linear]
}

function range(values: Float32Array): readonly [number, number] {
  let [least, greatest] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  return [least, greatest]
}
