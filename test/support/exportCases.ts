import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Preprocessing, SegmenterLayoutId } from '../../src/shared/modelTypes.js'
import { defined } from '../../src/shared/defined.js'
import { MedlsamError } from '../../src/shared/medlsamError.js'
import type { Network, NetworkTensor } from '../../src/engine/runtime/network.js'
import { readNpy } from '../../src/engine/runtime/npy.js'
import { openNetwork } from '../../src/engine/runtime/onnx.js'
import { boxPrompt } from '../../src/engine/sam/prompts/prompt.js'
import type { SliceImage } from '../../src/engine/sam/slices/sliceImage.js'
import { createSegmenter, openSegmenter } from '../../src/engine/sam/segmenter.js'
import { EMBEDDING } from './exportSignatures.js'
import { npyBytes } from './npyBytes.js'
import { writeOnnx, type GraphSpec } from './onnxBuilder.js'
import { tempFolder } from './tempFolder.js'

const MEAN = [123.675, 116.28, 103.53]
const STD = [58.395, 57.12, 57.375]

/** A slice that is neither square nor of square pixels, 200 mm x 60 mm: a ramp that linear resampling keeps. */
const WIDTH = 100
const HEIGHT = 60
const LEAST = 40
const GREATEST = 40 + (WIDTH - 1) + 2 * (HEIGHT - 1) * 0.5
const grey = (x: number, y: number): number => LEAST + x + y
const IMAGE: SliceImage = {
  data: Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => grey(i % WIDTH, Math.floor(i / WIDTH))),
  width: WIDTH,
  height: HEIGHT,
  pixelMm: [2, 1],
}
/** How SAM normalises grey values. */
export const SAM = (v: number, channel: number): number => (v - MEAN[channel]) / STD[channel]
/** Spread over 0 to 1. */
export const MIN_MAX = (v: number): number => (v - LEAST) / (GREATEST - LEAST)
/** Divided by 255. */
export const UNIT = (v: number): number => v / 255
/** Left to the graph. */
export const AS_IS = (v: number): number => v

/** One way to export a segmenter, and what must come of it. */
export interface ExportCase {
  readonly name: string
  readonly layout: SegmenterLayoutId
  readonly graphs: readonly GraphSpec[]
  readonly npy?: Float32Array
  readonly preprocessing?: Preprocessing
  /** What the encoder must get. */
  readonly input: {
    readonly name: string
    readonly dims: readonly number[]
    readonly order: 'planar' | 'interleaved'
    /** Part of the canvas that shows the slice. */
    readonly letterbox: readonly [number, number]
    readonly normal: (v: number, channel: number) => number
    readonly tolerance?: number
  }
  /** The score of the mask that is the box; `mean` is the mean of what the encoder got, carried by the embedding. */
  readonly score: number | 'mean' | 'none'
}

/** Planes of 1024 x 1024, padded and normalised as SAM does. */
export const PAD_1024 = { dims: [1, 3, 1024, 1024], order: 'planar', letterbox: [1024, 307], normal: SAM } as const
/** Planes of 1024 x 1024 that the slice image fills. */
export const STRETCH_1024 = { dims: [1, 3, 1024, 1024], order: 'planar', letterbox: [1024, 1024] } as const

/** Checks that exports are recognised, get the slice image as they want it, and give masks in its pixels. */
export function describeExport(title: string, cases: readonly ExportCase[]): void {
  describe(title, () => {
    const folder = tempFolder()
    it.each(cases)('$name: recognised, prepares the slice, and brings the mask back', async (exported) => {
      await checkExport(exported, folder)
    })
  })
}

async function checkExport(
  { name, layout, graphs, npy, preprocessing, input, score }: ExportCase,
  folder: string,
): Promise<void> {
  const stem = name.replace(/[^a-z0-9]+/gi, '-')
  const networks: Network[] = []
  const seen: NetworkTensor[] = []
  for (const [i, graph] of graphs.entries())
    networks.push(
      spy(await openNetwork(await writeOnnx(path.join(folder, `${stem}${i}.onnx`), graph)), input.name, seen),
    )
  const constants = npy === undefined ? [] : [await readNpy(await writeNpy(path.join(folder, `${stem}.npy`), npy))]
  const segmenter = createSegmenter(networks, { id: 'tiny', ...defined({ preprocessing }) }, constants)
  expect(segmenter.layout).toBe(layout)

  const embedding = await segmenter.encodeTile(IMAGE)
  expect([embedding.letterbox.width, embedding.letterbox.height]).toEqual([...input.letterbox])
  const box = { x0: 20, y0: 10, x1: 40, y1: 30 }
  const region = { x0: 12, y0: 3, x1: 47, y1: 37 }
  const mask = await segmenter.decode(embedding, boxPrompt(box), region)

  checkImage(seen[0], input)
  expect(mask.region).toEqual(region)
  for (let y = region.y0, i = 0; y < region.y1; y++) {
    for (let x = region.x0; x < region.x1; x++, i++) {
      const inside = x >= box.x0 && x < box.x1 && y >= box.y0 && y < box.y1
      expect({ x, y, inside: mask.data[i] > 0 }).toEqual({ x, y, inside })
    }
  }
  if (score === 'none') expect(mask.iouPrediction).toBeNaN()
  else expect(mask.iouPrediction).toBeCloseTo(score === 'mean' ? mean(seen[0]) : score, 2)
  await segmenter.release()
}

/** The network, keeping what it is fed under a name. */
function spy(network: Network, name: string, seen: NetworkTensor[]): Network {
  return {
    ...network,
    run: (feeds, fetches) => {
      if (name in feeds) seen.push({ data: feeds[name].data.slice(), dims: feeds[name].dims })
      return network.run(feeds, fetches)
    },
  }
}

function checkImage(
  tensor: NetworkTensor,
  { dims, order, letterbox, normal, tolerance = 1e-4 }: ExportCase['input'],
): void {
  expect(tensor.dims).toEqual([...dims])
  const [height, width] = order === 'planar' ? dims.slice(2) : dims
  const half = tensor.data instanceof Uint16Array
  const at = (channel: number, x: number, y: number): number => {
    const value = Number(
      tensor.data[order === 'planar' ? (channel * height + y) * width + x : 3 * (y * width + x) + channel],
    )
    return half ? fromHalf(value) : value
  }
  for (const [u, v] of [
    [0.1, 0.2],
    [0.5, 0.5],
    [0.9, 0.3],
    [0.75, 0.9],
  ]) {
    const x = Math.floor(u * letterbox[0])
    const y = Math.floor(v * letterbox[1])
    const expected = grey(((x + 0.5) * WIDTH) / letterbox[0] - 0.5, ((y + 0.5) * HEIGHT) / letterbox[1] - 0.5)
    for (const channel of [0, 1, 2])
      expect(Math.abs(at(channel, x, y) - normal(expected, channel))).toBeLessThan(tolerance)
  }
  // Nothing but 0 where the slice does not reach.
  if (letterbox[1] < height) expect(at(1, 5, height - 1)).toBe(0)
  if (letterbox[0] < width) expect(at(1, width - 1, 5)).toBe(0)
}

function fromHalf(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023]
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

function mean({ data }: NetworkTensor): number {
  let sum = 0
  for (const value of data) sum += data instanceof Uint16Array ? fromHalf(Number(value)) : Number(value)
  return sum / data.length
}

/** Why a segmenter of these graphs is refused. */
export async function refusalOf(graphs: readonly GraphSpec[], name: string, folder: string): Promise<MedlsamError> {
  const files = await Promise.all(graphs.map((graph, i) => writeOnnx(path.join(folder, `${name}-${i}.onnx`), graph)))
  const error: unknown = await openSegmenter(
    files.map((file) => ({ path: file })),
    { id: name },
  ).then(
    () => null,
    (e: unknown) => e,
  )
  if (error instanceof MedlsamError) return error
  throw new Error(`expected a MedlsamError, got ${String(error)}`)
}

async function writeNpy(file: string, data: Float32Array): Promise<string> {
  await writeFile(
    file,
    npyBytes(
      `{'descr': '<f4', 'fortran_order': False, 'shape': (${EMBEDDING.join(', ')}), }`,
      Buffer.from(data.buffer),
    ),
  )
  return file
}
