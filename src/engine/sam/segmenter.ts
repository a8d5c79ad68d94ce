import { defined } from '../../shared/defined.js'
import type { Preprocessing, SegmenterLayoutId, TileUse } from '../../shared/modelTypes.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { describeTensors, type Network, type NetworkTensor, type Provider } from '../runtime/network.js'
import { readNpy } from '../runtime/npy.js'
import { checkedHash, openNetwork, type OpenNetworkOptions } from '../runtime/onnx.js'
import type { ExportContext, ExportRunner, MaskLogits, SliceEmbedding } from './exports/exportLayout.js'
import { EXPORT_LAYOUTS } from './exports/exportTable.js'
import type { Prompt, PromptKinds } from './prompts/prompt.js'
import type { SliceImage, PixelRegion, WindowHu } from './slices/sliceImage.js'

/** Soft tissue, the window that MedSAM was trained with. */
export const SOFT_TISSUE: WindowHu = { level: 40, width: 400 }

/** A promptable segmentation model, whatever its export looks like. */
export interface Segmenter {
  readonly id: string
  readonly layout: SegmenterLayoutId
  /**
   * How slice images are prepared, where the export layout leaves it open and the model's entry says so; null where
   * not.
   */
  readonly preprocessing: Preprocessing | null
  /** Window to show it CT in where nothing else is asked for. */
  readonly windowHu: WindowHu
  /** What it is shown at once. */
  readonly tiles: Pick<TileUse, 'cut' | 'perSide'>
  readonly provider: Provider
  /** Why `provider` is not the one asked for; null when it is. */
  readonly providerNote: string | null
  /** What its prompts may hold beside a box. */
  readonly prompts: PromptKinds
  /** The networks behind it, for hashes, run counts and time spent. */
  readonly networks: readonly Network[]
  /** Runs the encoder on a tile: a slice, a part of it, or a mosaic of several. */
  encodeTile(image: SliceImage): Promise<SliceEmbedding>
  /**
   * Runs the decoder for one prompt.
   * @param prompt In pixels of the tile that was encoded; what it holds beside a box must be among `prompts`.
   * @param region Pixels of that tile to return logits for.
   */
  decode(embedding: SliceEmbedding, prompt: Prompt, region: PixelRegion): Promise<MaskLogits>
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
  /** How slice images were prepared in training, where the export layout leaves it open; SAM's way when absent. */
  readonly preprocessing?: Preprocessing
  /** What it is shown at once; {@link ONE_CUT_SLICE} when absent. */
  readonly tiles?: Segmenter['tiles']
}

/** Where nothing is known of a model: it has seen pictures of one thing at a time. */
export const ONE_CUT_SLICE: Segmenter['tiles'] = { cut: true, perSide: 1 }

/**
 * Opens the ONNX files of a segmenter, in any order; what lies beside them comes along: constants as `.npy`, and
 * weights, which are only checked.
 * @throws MedlsamError `model` when a file cannot be loaded or the export layout is unknown.
 */
export async function openSegmenter(
  files: readonly SegmenterFile[],
  options: SegmenterOptions & Omit<OpenNetworkOptions, 'sha256'>,
): Promise<Segmenter> {
  const { provider, threads, idleSeconds } = options
  const networks: Network[] = []
  const constants: NetworkTensor[] = []
  try {
    for (const { path, sha256 } of files) {
      if (path.toLowerCase().endsWith('.npy')) {
        constants.push(await readNpy(path, sha256))
        continue
      }
      if (!path.toLowerCase().endsWith('.onnx')) {
        // Weights beside a graph: the runtime finds them by itself and would not notice that they are others.
        await checkedHash(path, sha256)
        continue
      }
      networks.push(await openNetwork(path, defined({ sha256, provider, threads, idleSeconds })))
    }
    return createSegmenter(networks, options, constants)
  } catch (error) {
    for (const network of networks) await network.release()
    throw error
  }
}

/**
 * Makes a segmenter of loaded networks by recognising how they were exported.
 * @throws MedlsamError `model` that lists the inputs and outputs when no known export layout fits, or says why boxes
 *   cannot prompt the one that does.
 */
export function createSegmenter(
  networks: readonly Network[],
  { id, windowHu = SOFT_TISSUE, preprocessing, tiles = ONE_CUT_SLICE }: SegmenterOptions,
  constants: readonly NetworkTensor[] = [],
): Segmenter {
  const found = recogniseExport(networks, { preprocessing: preprocessing ?? null, constants }, id)
  if ('refusal' in found) throw new MedlsamError('model', `The segmenter "${id}" ${found.refusal}.`, networks[0]?.file)
  const { layout, runner } = found
  return {
    id,
    layout,
    preprocessing: runner.ownPreprocessing === null ? (preprocessing ?? null) : null,
    windowHu,
    tiles,
    // A slice takes its time in the encoder, so that network's provider is the one to name.
    get provider() {
      return runner.encoder.provider
    },
    get providerNote() {
      return networks.find(({ providerNote }) => providerNote !== null)?.providerNote ?? null
    },
    networks,
    prompts: runner.prompts,
    encodeTile: (image) => runner.encode(image),
    decode: (embedding, prompt, region) => runner.decode(embedding, prompt, region),
    async release() {
      for (const network of networks) await network.release()
    },
  }
}

/** What networks turned out to be: one of the export layouts, which may be of no use for boxes. */
export type RecognisedExport =
  | { readonly layout: SegmenterLayoutId; readonly runner: ExportRunner }
  | { readonly layout: SegmenterLayoutId; readonly refusal: string }

/**
 * Finds out how networks were exported.
 * @param name What the user calls them, for the message.
 * @throws MedlsamError `model` that lists the inputs and outputs when no known export layout fits.
 */
export function recogniseExport(networks: readonly Network[], context: ExportContext, name: string): RecognisedExport {
  for (const layout of EXPORT_LAYOUTS) {
    const found = layout.recognise(networks, context)
    if (found === null) continue
    return 'refusal' in found ? { layout: layout.id, refusal: found.refusal } : { layout: layout.id, runner: found }
  }
  const seen = networks
    .map(
      ({ file, inputs, outputs }) => `${file} takes ${describeTensors(inputs)} and returns ${describeTensors(outputs)}`,
    )
    .join('; ')
  throw new MedlsamError(
    'model',
    `The segmenter "${name}" has no layout that is known here (${EXPORT_LAYOUTS.map((layout) => layout.name).join(', ')}): ${seen}.`,
    networks[0]?.file,
  )
}
