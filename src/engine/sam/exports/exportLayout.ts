import type { Preprocessing, SegmenterLayoutId } from '../../../shared/modelTypes.js'
import type { Network, NetworkTensor } from '../../runtime/network.js'
import type { Prompt, PromptKinds } from '../prompts/prompt.js'
import type { SliceImage, PixelRegion } from '../slices/sliceImage.js'
import type { Letterbox } from './letterbox.js'

/** What the encoder made of a slice image; belongs to the segmenter that made it. */
export interface SliceEmbedding {
  readonly tensors: Readonly<Record<string, NetworkTensor>>
  readonly letterbox: Letterbox
}

/** Mask logits of the pixels of `region`, row by row; above 0 is inside the mask. */
export interface MaskLogits {
  readonly region: PixelRegion
  readonly data: Float32Array
  /**
   * The model's own estimate of how well its mask overlaps the truth, about 0 to 1; not a number where it gives none.
   */
  readonly iouPrediction: number
}

/** Networks bound to the way they were exported. */
export interface ExportRunner {
  readonly encoder: Network
  /**
   * How it prepares slice images, whatever is said of them; null where graphs of this kind leave it open, so that it
   * must be said.
   */
  readonly ownPreprocessing: Preprocessing | null
  /** What prompts may hold beside a box; without points there must be a box. */
  readonly prompts: PromptKinds
  encode(image: SliceImage): Promise<SliceEmbedding>
  decode(embedding: SliceEmbedding, prompt: Prompt, region: PixelRegion): Promise<MaskLogits>
}

/** Networks that are known, and why boxes cannot prompt them: the end of a sentence that begins with the model. */
export interface ExportRefusal {
  readonly refusal: string
}

/** What comes with the networks and cannot be read from them. */
export interface ExportContext {
  /** How slice images were prepared in training, for the export layouts that leave it open; null for SAM's way. */
  readonly preprocessing: Preprocessing | null
  /** Tensors that lay beside the networks as `.npy` files. */
  readonly constants: readonly NetworkTensor[]
}

/** One kind of export: how to recognise and run it. */
export interface ExportLayout {
  readonly id: SegmenterLayoutId
  /** For messages. */
  readonly name: string
  /** Binds the networks, in whatever order they come; null when they are no export of this kind. */
  recognise(networks: readonly Network[], context: ExportContext): ExportRunner | ExportRefusal | null
}
