import { colored } from '../../shared/palette.js'
import type { Structure } from '../../shared/structure.js'
import type { Size3 } from '../../shared/geometry/points.js'
import type { Volume } from '../../shared/geometry/volume.js'
import { bodyOf, type Body } from './body.js'
import { brainstemShapes, headShapes, mandibleShapes, parotidShapes, skullShape } from './head.js'
import { airwayShape, esophagusShapes, larynxShape, neckAndChestShapes } from './neckAndChest.js'
import { smoothNoise } from './noise.js'
import { drawPatient, type Patient } from './patient.js'
import { drawPose } from './pose.js'
import { gaussian, makeRandom, uniform, type Random } from '../../engine/numeric/random.js'
import type { Shape } from './shapes.js'
import { cordShape, spineShape } from './spine.js'

/** The organs of the synthetic CT with their label values and colours. */
const STRUCTURES: readonly Structure[] = colored(
  ['Brainstem', 'SpinalCord', 'RightParotid', 'LeftParotid', 'Esophagus', 'Larynx', 'Mandible'].map((name, index) => ({
    name,
    labelValue: index + 1,
  })),
)

/** What {@link makeSyntheticCt} can be asked for. */
export interface SyntheticOptions {
  /** Which patient; the same seed and options give the same bytes. */
  readonly seed: number
  /** Voxel size in mm, x y z; default 3 x 3 x 4. */
  readonly spacingMm?: readonly [number, number, number]
  /** Length of the scan along the body in mm; drawn from the seed (250 to 300) when absent. */
  readonly lengthMm?: number
}

/** A synthetic CT, its organs, and what their label values mean. */
export interface SyntheticCt {
  readonly ct: Volume<Int16Array>
  readonly labels: Volume<Uint8Array>
  readonly structures: readonly Structure[]
}

const WIDTH_MM = 510
const DEPTH_MM = 280
/** Middle of the field of view, in y of the model patient. */
const MIDDLE_Y_MM = -4
/** Layers of this height list the shapes that reach into them, so a voxel tests few. */
const LAYER_MM = 4
const LAYERS_FROM_MM = -300

/** All shapes of a patient; where two overlap the earlier one wins. */
function shapesOf(patient: Patient): readonly Shape[] {
  return [
    cordShape(patient),
    ...brainstemShapes(patient),
    ...mandibleShapes(patient),
    larynxShape(patient),
    airwayShape(),
    ...esophagusShapes(patient),
    ...headShapes(patient),
    skullShape(patient),
    spineShape(patient),
    ...parotidShapes(patient),
    ...neckAndChestShapes(patient),
  ]
}

/** The shapes that reach into each layer of the model patient, from {@link LAYERS_FROM_MM} upward. */
function layersOf(shapes: readonly Shape[]): readonly (readonly Shape[])[] {
  return Array.from({ length: 150 }, (_, i) => {
    const low = LAYERS_FROM_MM + i * LAYER_MM
    return shapes.filter((shape) => shape.bounds[4] <= low + LAYER_MM && shape.bounds[5] >= low)
  })
}

/** A patient, ready to be sampled. */
interface PatientModel {
  readonly body: Body
  readonly layers: readonly (readonly Shape[])[]
}

/** Writes HU and label of the model patient at a point into `out`. */
function sampleAt({ body, layers }: PatientModel, x: number, y: number, z: number, out: Float64Array): void {
  const depthMm = body.depthMm(x, y, z)
  out[1] = 0
  if (depthMm <= 0) {
    out[0] = body.outside(x, y, z)
    return
  }
  const layer = layers[Math.min(layers.length - 1, Math.max(0, Math.floor((z - LAYERS_FROM_MM) / LAYER_MM)))]
  for (const shape of layer) {
    const b = shape.bounds
    if (x < b[0] || x > b[1] || y < b[2] || y > b[3] || z < b[4] || z > b[5]) continue
    const hu = shape.huAt(x, y, z)
    if (Number.isNaN(hu)) continue
    out[0] = hu
    out[1] = shape.label
    return
  }
  out[0] = body.tissue(x, y, z, depthMm)
}

/** Blurs along one axis with the kernel (w, 1 - 2w, w), in place: the scanner's point spread. */
function blurAxis(data: Float32Array, size: Size3, axis: 0 | 1 | 2, w: number): void {
  const strides = [1, size[0], size[0] * size[1]]
  const stride = strides[axis]
  const length = size[axis]
  for (let start = 0; start < data.length; start++) {
    if (Math.floor(start / stride) % length !== 0) continue
    let before = data[start]
    for (let i = 0, at = start; i < length; i++, at += stride) {
      const here = data[at]
      const after = i + 1 < length ? data[at + stride] : here
      data[at] = w * (before + after) + (1 - 2 * w) * here
      before = here
    }
  }
}

/** Adds grain and slow unevenness, rounds to what a scanner stores. */
function toHu(data: Float32Array, random: Random, size: Size3, seed: number): Int16Array {
  const grain = uniform(random, 5, 13)
  const sway = uniform(random, 2, 7)
  const hu = new Int16Array(data.length)
  for (let z = 0, at = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, at++) {
        const noise = grain * gaussian(random) + sway * smoothNoise(x / 6, y / 6, z / 4, seed)
        hu[at] = Math.round(Math.min(3071, Math.max(-1024, data[at] + noise)))
      }
    }
  }
  return hu
}

/**
 * Makes a synthetic CT of head, neck and upper chest with seven labelled organs, for demonstrations
 * and tests where no real scan may be used. It is a model, not anatomy: good for seeing the
 * machinery work, never for judging accuracy.
 *
 * @returns a CT in HU (int16) and its label map (uint8) on one RAS grid; the left parotid lies at smaller x.
 */
export function makeSyntheticCt(options: SyntheticOptions): SyntheticCt {
  const random = makeRandom(options.seed)
  const patient = drawPatient(random)
  const pose = drawPose(random)
  const spacing = options.spacingMm ?? [3, 3, 4]
  const bottom = uniform(random, -152, -128)
  const length = options.lengthMm ?? uniform(random, 250, 300)
  const size: Size3 = [
    Math.round(WIDTH_MM / spacing[0]),
    Math.round(DEPTH_MM / spacing[1]),
    Math.max(1, Math.round(length / spacing[2])),
  ]
  const origin = [-((size[0] - 1) / 2) * spacing[0], MIDDLE_Y_MM - ((size[1] - 1) / 2) * spacing[1], bottom]

  const model = { body: bodyOf(patient), layers: layersOf(shapesOf(patient)) }
  const count = size[0] * size[1] * size[2]
  const smooth = new Float32Array(count)
  const labels = new Uint8Array(count)
  const point = new Float64Array(3)
  const sample = new Float64Array(2)
  const [dx, dy, dz] = spacing.map((mm) => 0.28 * mm)
  for (let k = 0, at = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++, at++) {
        pose(origin[0] + i * spacing[0], origin[1] + j * spacing[1], origin[2] + k * spacing[2], point)
        const [x, y, z] = point
        // The voxel's middle decides the label; two more samples on a diagonal stand for its volume.
        sampleAt(model, x, y, z, sample)
        labels[at] = sample[1]
        let sum = sample[0]
        sampleAt(model, x + dx, y + dy, z - dz, sample)
        sum += sample[0]
        sampleAt(model, x - dx, y - dy, z + dz, sample)
        smooth[at] = (sum + sample[0]) / 3
      }
    }
  }
  for (const axis of [0, 1, 2] as const) blurAxis(smooth, size, axis, 0.12)
  const affine = [
    spacing[0],
    0,
    0,
    origin[0],
    0,
    spacing[1],
    0,
    origin[1],
    0,
    0,
    spacing[2],
    origin[2],
    0,
    0,
    0,
    1,
  ] as const
  return {
    ct: { data: toHu(smooth, random, size, patient.textureSeed + 31), size, affine },
    labels: { data: labels, size, affine },
    structures: STRUCTURES,
  }
}
