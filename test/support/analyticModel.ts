import path from 'node:path'
import type { DenseModelCard, FeatureOutput, PatchModelCard } from '../../src/shared/modelCard.js'
import type { MedlamModel } from '../../src/engine/medlam/model.js'
import type { Network, NetworkTensor } from '../../src/engine/runtime/network.js'
import { openNetwork } from '../../src/engine/runtime/onnx.js'

/** Large enough that tanh is linear over a body, so that the analytic latents are exact. */
const RANGE_MM = 1e6
const SPACING_MM = 3
/** Wave vectors in cycles per mm along z, y, x. */
const WAVES = [
  [1 / 70, 0, 0],
  [0, 1 / 75, 0],
  [0, 0, 1 / 65],
  [1 / 90, 1 / 110, 0],
  [0, -1 / 90, 1 / 100],
] as const
const CHANNELS = 2 * WAVES.length
const SCALES: readonly FeatureOutput[] = [
  { name: 'feature0', strideVoxels: 4, offsetVoxels: 1.5, channels: CHANNELS, kernelSide: 2 },
  { name: 'feature1', strideVoxels: 2, offsetVoxels: 0.5, channels: CHANNELS, kernelSide: 1 },
]
const COMMON = {
  format: 'medlam-model',
  formatVersion: 1,
  spacingMm: SPACING_MM,
  huKnots: [
    [-1000, 0],
    [3000, 4],
  ],
  rangeMm: [RANGE_MM, RANGE_MM, RANGE_MM],
} as const
const HASH = '0'.repeat(64)

/** HU of the landmark's middle; the analytic networks find it by its brightness, nothing else is above 1000. */
export const MARKER_HU = 3000

/** A dense model whose latent is the exact offset from a bright landmark and whose features depend on that offset alone. */
export async function analyticDenseModel(): Promise<MedlamModel> {
  const card: DenseModelCard = {
    ...COMMON,
    id: 'analytic-dense',
    kind: 'dense',
    paddingVoxels: 4,
    position: {
      file: 'none',
      sha256: HASH,
      input: 'volume',
      output: 'position',
      multipleOf: 4,
      strideVoxels: 4,
      offsetVoxels: 1.5,
    },
    // The tests keep the landmark near the organ, so every crop shows it.
    features: { file: 'none', sha256: HASH, input: 'volume', multipleOf: 4, haloVoxels: 8, outputs: SCALES },
  }
  return {
    card,
    hash: HASH,
    position: fakeNetwork(({ volume }) => ({ position: latents(volume, 4, 1.5) })),
    features: fakeNetwork(({ volume }) => features(volume)),
    correlate: await correlateNetwork(),
  }
}

/** A patch model of the same kind, with 64-cube patches. */
export async function analyticPatchModel(): Promise<MedlamModel> {
  const card: PatchModelCard = {
    ...COMMON,
    id: 'analytic-patch',
    kind: 'patch',
    paddingVoxels: 32,
    patchVoxels: 64,
    position: { file: 'none', sha256: HASH, input: 'patch', output: 'position' },
    features: { file: 'none', sha256: HASH, input: 'patch', outputs: SCALES },
  }
  const network = fakeNetwork(({ patch }) => {
    const marker = landmark(patch)
    const latent = marker.map((at) => ((32 - at) * SPACING_MM) / RANGE_MM)
    return { position: { data: Float32Array.from(latent), dims: [1, 3] }, ...features(patch) }
  })
  return { card, hash: HASH, position: network, features: network, correlate: await correlateNetwork() }
}

function correlateNetwork(): Promise<Network> {
  return openNetwork(path.resolve(import.meta.dirname, '../../models/correlate.onnx'))
}

function features(volume: NetworkTensor): Record<string, NetworkTensor> {
  const marker = landmark(volume)
  return Object.fromEntries(
    SCALES.map(({ name, strideVoxels, offsetVoxels }) => [name, waves(volume, marker, strideVoxels, offsetVoxels)]),
  )
}

/** Plane waves of the offset from the landmark: vectors of equal offsets are equal, of unlike ones not. */
function waves(volume: NetworkTensor, marker: readonly number[], stride: number, offset: number): NetworkTensor {
  const size = volume.dims.slice(2).map((n) => Math.floor(n / stride))
  const cells = size[0] * size[1] * size[2]
  const data = new Float32Array(CHANNELS * cells)
  WAVES.forEach((wave, pair) => {
    // cos(a + b + c) by products of per-axis tables: three trigonometric calls per row instead of per cell.
    const tables = size.map((n, axis) =>
      Array.from({ length: n }, (_, i) => 2 * Math.PI * wave[axis] * (offset + i * stride - marker[axis]) * SPACING_MM),
    )
    let cell = 0
    for (const z of tables[0]) {
      for (const y of tables[1]) {
        const [cosRow, sinRow] = [Math.cos(z + y), Math.sin(z + y)]
        for (const x of tables[2]) {
          const [cosX, sinX] = [Math.cos(x), Math.sin(x)]
          data[2 * pair * cells + cell] = cosRow * cosX - sinRow * sinX
          data[(2 * pair + 1) * cells + cell] = sinRow * cosX + cosRow * sinX
          cell++
        }
      }
    }
  })
  return { data, dims: [1, CHANNELS, ...size] }
}

function latents(volume: NetworkTensor, stride: number, offset: number): NetworkTensor {
  const marker = landmark(volume)
  const size = volume.dims.slice(2).map((n) => Math.floor(n / stride))
  const cells = size[0] * size[1] * size[2]
  const data = new Float32Array(3 * cells)
  for (let cell = 0; cell < cells; cell++) {
    const at = [Math.floor(cell / (size[1] * size[2])), Math.floor(cell / size[2]) % size[1], cell % size[2]]
    for (let axis = 0; axis < 3; axis++)
      data[axis * cells + cell] = ((offset + at[axis] * stride - marker[axis]) * SPACING_MM) / RANGE_MM
  }
  return { data, dims: [1, 3, ...size] }
}

/** Sub-voxel position of the landmark: the centroid of what is brighter than 1000 HU. */
function landmark({ data, dims }: NetworkTensor): number[] {
  const [, , , h, w] = dims
  const sum = [0, 0, 0, 0]
  for (let i = 0; i < data.length; i++) {
    const weight = Math.max(0, Number(data[i]) - 2)
    if (weight === 0) continue
    sum[0] += weight * Math.floor(i / (h * w))
    sum[1] += weight * (Math.floor(i / w) % h)
    sum[2] += weight * (i % w)
    sum[3] += weight
  }
  // A patch that does not show the landmark: the network is as lost as a real one would be.
  if (sum[3] === 0) return dims.slice(2).map((n) => n / 2)
  return [sum[0] / sum[3], sum[1] / sum[3], sum[2] / sum[3]]
}

/** A network that computes with a function. */
function fakeNetwork(
  compute: (feeds: Readonly<Record<string, NetworkTensor>>) => Record<string, NetworkTensor>,
): Network {
  let runs = 0
  return {
    file: 'fake',
    sha256: HASH,
    inputs: [],
    outputs: [],
    provider: 'cpu',
    providerNote: null,
    secondsInside: 0,
    get runs() {
      return runs
    },
    run: (feeds) => {
      runs++
      return Promise.resolve(compute(feeds))
    },
    release: () => Promise.resolve(),
  }
}
