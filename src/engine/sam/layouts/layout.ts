import type { Network, NetworkTensor } from '../../runtime/network.js'
import type { Picture, PixelBox, PixelRegion } from '../picture.js'

/** The exports that are recognised. */
export type LayoutId = 'meta'

/** How a picture was fitted into the square that a model looks at. */
export interface Frame {
  /** Pixels of the square that the picture covers, from the upper left corner. */
  readonly width: number
  readonly height: number
  /** Pixels of the square per pixel of the picture. */
  readonly scaleX: number
  readonly scaleY: number
}

/** What the encoder made of a picture; belongs to the segmenter that made it. */
export interface SliceEmbedding {
  readonly tensors: Readonly<Record<string, NetworkTensor>>
  readonly frame: Frame
}

/** Mask logits of the pixels of `region`, row by row; above 0 is inside the mask. */
export interface MaskLogits {
  readonly region: PixelRegion
  readonly data: Float32Array
  /** The model's own estimate of how well its mask overlaps the truth, about 0 to 1. */
  readonly iouPrediction: number
}

/** Networks bound to the way they were exported. */
export interface LayoutRunner {
  readonly encoder: Network
  encode(picture: Picture): Promise<SliceEmbedding>
  decode(embedding: SliceEmbedding, box: PixelBox, region: PixelRegion): Promise<MaskLogits>
}

/** One kind of export: how to recognise and run it. */
export interface SegmenterLayout {
  readonly id: LayoutId
  /** For people. */
  readonly name: string
  /** Binds the networks, in whatever order they come; null when they are no export of this kind. */
  recognise(networks: readonly Network[]): LayoutRunner | null
}
