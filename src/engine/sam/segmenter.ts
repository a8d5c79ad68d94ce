import { MedlsamError } from '../errors.js'
import { describeTensors, type Network, type Provider, type ProviderRequest } from '../runtime/network.js'
import { openNetwork } from '../runtime/onnx.js'
import type { LayoutId, LayoutRunner, MaskLogits, SliceEmbedding } from './layouts/layout.js'
import { LAYOUTS } from './layouts/table.js'
import type { Picture, PixelBox, PixelRegion, WindowHu } from './picture.js'

/** Soft tissue, the window that MedSAM was trained with. */
export const SOFT_TISSUE: WindowHu = { level: 40, width: 400 }

/** A promptable segmentation model, whatever its export looks like. */
export interface Segmenter {
  readonly id: string
  readonly layout: LayoutId
  /** Window to show it CT in where nothing else is asked for. */
  readonly windowHu: WindowHu
  readonly provider: Provider
  /** Why `provider` is not the one asked for; null when it is. */
  readonly providerNote: string | null
  /** The networks behind it, for hashes, run counts and time spent. */
  readonly networks: readonly Network[]
  /** Runs the encoder on a picture. */
  encodeSlice(picture: Picture): Promise<SliceEmbedding>
  /**
   * Runs the decoder for one box.
   * @param box In pixels of the picture that was encoded.
   * @param region Pixels of that picture to return logits for.
   */
  decodeBox(embedding: SliceEmbedding, box: PixelBox, region: PixelRegion): Promise<MaskLogits>
  /** Frees the networks. */
  release(): Promise<void>
}

/** A model file and the hash it must have. */
export interface SegmenterFile {
  readonly path: string
  readonly sha256?: string
}

/** What to open, and how. */
export interface SegmenterOptions {
  readonly id: string
  readonly windowHu?: WindowHu
}

/**
 * Opens the ONNX files of a segmenter, in any order.
 * @throws MedlsamError `model` when a file cannot be loaded or the layout is unknown.
 */
export async function openSegmenter(
  files: readonly SegmenterFile[],
  options: SegmenterOptions & { readonly provider?: ProviderRequest; readonly threads?: number },
): Promise<Segmenter> {
  const { provider, threads } = options
  const networks: Network[] = []
  try {
    for (const { path, sha256 } of files) {
      networks.push(
        await openNetwork(path, {
          ...(sha256 === undefined ? {} : { sha256 }),
          ...(provider === undefined ? {} : { provider }),
          ...(threads === undefined ? {} : { threads }),
        }),
      )
    }
    return createSegmenter(networks, options)
  } catch (error) {
    for (const network of networks) await network.release()
    throw error
  }
}

/**
 * Makes a segmenter of loaded networks by recognising how they were exported.
 * @throws MedlsamError `model` that lists the inputs and outputs when no known layout fits.
 */
export function createSegmenter(networks: readonly Network[], { id, windowHu = SOFT_TISSUE }: SegmenterOptions): Segmenter {
  const { layout, runner } = recognise(networks, id)
  return {
    id,
    layout,
    windowHu,
    // A slice takes its time in the encoder, so that network's provider is the one to name.
    provider: runner.encoder.provider,
    providerNote: networks.find(({ providerNote }) => providerNote !== null)?.providerNote ?? null,
    networks,
    encodeSlice: (picture) => runner.encode(picture),
    decodeBox: (embedding, box, region) => runner.decode(embedding, box, region),
    async release() {
      for (const network of networks) await network.release()
    },
  }
}

function recognise(networks: readonly Network[], id: string): { layout: LayoutId; runner: LayoutRunner } {
  for (const layout of LAYOUTS) {
    const runner = layout.recognise(networks)
    if (runner !== null) return { layout: layout.id, runner }
  }
  const seen = networks
    .map(({ file, inputs, outputs }) => `${file} takes ${describeTensors(inputs)} and returns ${describeTensors(outputs)}`)
    .join('; ')
  throw new MedlsamError(
    'model',
    `The segmenter "${id}" has no layout that is known here (${LAYOUTS.map(({ name }) => name).join(', ')}): ${seen}.`,
    networks[0]?.file,
  )
}
