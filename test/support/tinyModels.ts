import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { EXTREME_SIDES, SIDE_AXIS, type PointMm } from '../../src/shared/geometry/points.js'
import { writeScan } from '../../src/engine/scanFiles/writeScan.js'
import { openEngine } from '../../src/engine/engine.js'
import { hashScan } from '../../src/engine/scanFiles/hashScan.js'
import { seededWeights, writeOnnx, type GraphSpec } from './onnxBuilder.js'
import { ORIENTATIONS, orientedAffine } from './orientations.js'
import { phantom } from './phantom.js'
import { samDecoderGraph, samEncoderGraph } from './samGraphs.js'

/** Networks and templates that load and run in milliseconds: deterministic, of no anatomical worth. */
export interface TinyModels {
  readonly medlamCard: string
  /** What `--segmenter` takes. */
  readonly segmenter: string
  readonly bank: string
}

const CHANNELS = 4
const STRIDE = 4

/** Pools, mixes with seeded weights, and squashes: a network of the shape that a card can describe. */
function poolingGraph(output: string, channels: number, seed: number): GraphSpec {
  return {
    inputs: [{ name: 'volume', dims: [1, 1, 'd', 'h', 'w'] }],
    outputs: [{ name: output, dims: [1, channels, 'd2', 'h2', 'w2'] }],
    nodes: [
      {
        op: 'AveragePool',
        inputs: ['volume'],
        outputs: ['pooled'],
        attributes: { kernel_shape: { ints: [STRIDE, STRIDE, STRIDE] }, strides: { ints: [STRIDE, STRIDE, STRIDE] } },
      },
      {
        op: 'Conv',
        inputs: ['pooled', 'weights'],
        outputs: ['mixed'],
        attributes: { kernel_shape: { ints: [3, 3, 3] }, pads: { ints: [1, 1, 1, 1, 1, 1] } },
      },
      { op: 'Tanh', inputs: ['mixed'], outputs: [output] },
    ],
    initializers: [
      { name: 'weights', dims: [channels, 1, 3, 3, 3], floats: seededWeights(seed, [channels, 1, 3, 3, 3], 0.3) },
    ],
  }
}

/** Writes tiny models and a bank of one template with the structures `Ball` and `Core` to a folder. */
export async function writeTinyModels(folder: string): Promise<TinyModels> {
  await mkdir(folder, { recursive: true })
  const at = (name: string): string => path.join(folder, name)
  await writeOnnx(at('position.onnx'), poolingGraph('position', 3, 3))
  await writeOnnx(at('features.onnx'), poolingGraph('features', CHANNELS, 5))
  await writeOnnx(at('encoder.onnx'), samEncoderGraph())
  await writeOnnx(at('decoder.onnx'), samDecoderGraph(1))
  const sha256 = async (file: string): Promise<string> =>
    createHash('sha256')
      .update(await readFile(at(file)))
      .digest('hex')
  const medlamCard = at('tiny.json')
  await writeFile(
    medlamCard,
    JSON.stringify({
      format: 'medlam-model',
      formatVersion: 1,
      id: 'tiny',
      kind: 'dense',
      spacingMm: 6,
      huKnots: [
        [-1000, 0],
        [3000, 4],
      ],
      rangeMm: [300, 300, 300],
      paddingVoxels: 4,
      position: {
        file: 'position.onnx',
        sha256: await sha256('position.onnx'),
        input: 'volume',
        output: 'position',
        multipleOf: STRIDE,
        strideVoxels: STRIDE,
        offsetVoxels: 1.5,
      },
      features: {
        file: 'features.onnx',
        sha256: await sha256('features.onnx'),
        input: 'volume',
        multipleOf: STRIDE,
        haloVoxels: 4,
        outputs: [{ name: 'features', strideVoxels: STRIDE, offsetVoxels: 1.5, channels: CHANNELS, kernelSide: 1 }],
      },
    }),
  )

  await writeTinyScan(at('template.nii.gz'), 0)
  const engine = openEngine({ medlamCard })
  const box = (halfMm: number): Record<(typeof EXTREME_SIDES)[number], PointMm> => {
    const point = (side: (typeof EXTREME_SIDES)[number]): PointMm => {
      const { axis, sign } = SIDE_AXIS[side]
      return [axis === 0 ? sign * halfMm : 0, axis === 1 ? sign * halfMm : 0, axis === 2 ? sign * halfMm : 0]
    }
    return {
      inferior: point('inferior'),
      posterior: point('posterior'),
      right: point('right'),
      superior: point('superior'),
      anterior: point('anterior'),
      left: point('left'),
    }
  }
  const set = {
    format: 'medlsam-template-set' as const,
    formatVersion: 1 as const,
    name: 'tiny',
    structures: [
      { name: 'Ball', labelValue: 1, color: '#e06c75' },
      { name: 'Core', labelValue: 2, color: '#56b6c2' },
    ],
    scans: [
      {
        id: 'template',
        path: 'template.nii.gz',
        sha256: await hashScan(at('template.nii.gz')),
        enabled: true,
        structures: { Ball: { points: box(40) }, Core: { points: box(20) } },
      },
    ],
  }
  const setFile = at('tiny.medlsam.json')
  await writeFile(setFile, JSON.stringify(set))
  const { bank } = await engine.buildBank(set, setFile)
  const { writeBank } = await import('../../src/engine/medlam/bankFile.js')
  await writeBank(at('tiny.msgpack'), bank)
  await engine.close()
  return { medlamCard, segmenter: `${at('encoder.onnx')},${at('decoder.onnx')}`, bank: at('tiny.msgpack') }
}

/** Writes a ball with a bright landmark, 120 mm wide; the seed moves the landmark. */
export async function writeTinyScan(file: string, seed: number): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const size = [20, 20, 10] as const
  const marker = [((7 * seed) % 30) - 15, ((11 * seed) % 30) - 15, ((5 * seed) % 20) - 10] as const
  await writeScan(file, phantom(size, orientedAffine(ORIENTATIONS[0], size, [6, 6, 12]), marker, [50, 45, 50]))
}
