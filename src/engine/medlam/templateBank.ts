import type { ExtremeSide, PointMm } from '../../shared/geometry/points.js'
import { EXTREME_SIDES } from '../../shared/geometry/points.js'
import type { Structure } from '../../shared/structure.js'
import type { TemplateStructure } from '../../shared/templateSet.js'
import { unpackPrior, type OrganPrior } from '../labels/prior.js'
import { describePoint } from './featureMap.js'
import { rasToSal, salToVoxel, type Sal } from './salFrame.js'
import type { MedlamModel } from './model.js'
import { featureOutputs } from './model.js'
import type { ScanEmbedding } from './scanEmbedding.js'

/** What localization needs of one point of one template. */
export interface BankPoint {
  readonly pointMm: PointMm
  readonly latent: Sal
  /** One kernel `[channel][k][k][k]` of unit vectors per feature scale of the model. */
  readonly descriptors: readonly Float32Array[]
}

/** Six encoded extreme points. */
export type BankPoints = Readonly<Record<ExtremeSide, BankPoint>>

/** One structure of one template. */
export interface BankStructure {
  readonly points: BankPoints
  /** Parts along the long axis from inferior to superior; empty when the structure has none. */
  readonly parts: readonly BankPoints[]
  readonly onePiece: boolean
  /** What the drawn organ looks like; null when its points were given by hand. */
  readonly appearance: OrganPrior | null
}

/** One encoded template scan. */
export interface BankTemplate {
  readonly id: string
  /** SHA-256 of the scan it was made from. */
  readonly sha256: string
  readonly structures: ReadonlyMap<string, BankStructure>
}

/**
 * What scans with known answers taught about one structure, per side in the order of `EXTREME_SIDES`: by how many
 * mm its walls are usually found outside of the drawn ones (negative for inside), how far off they still are when
 * that is taken back, and how similar the image there usually is.
 */
export interface Calibration {
  readonly shiftMm: readonly number[]
  readonly errorMm: readonly number[]
  readonly similarity: readonly number[]
}

/**
 * What localization needs of a template set and nothing more: latents, descriptors and point
 * positions, keyed by the model. It holds no image, so it can be shared where scans cannot.
 */
export interface TemplateBank {
  readonly name: string
  readonly modelId: string
  readonly modelHash: string
  readonly structures: readonly Structure[]
  readonly templates: readonly BankTemplate[]
  /** By structure name; structures without one are judged by common values. */
  readonly calibrations: ReadonlyMap<string, Calibration>
  /** Where the scans came from and under which licence; shown wherever the bank is. */
  readonly credit: string
}

/**
 * Encodes the points of one template scan, exactly as a query would be encoded
 * (spec section 14: never mix whole scans and cut-outs).
 * @param structures extreme points in RAS mm per structure name
 */
export async function encodeTemplate(
  model: MedlamModel,
  embedding: ScanEmbedding,
  identity: { readonly id: string; readonly sha256: string },
  structures: Readonly<Record<string, TemplateStructure>>,
): Promise<BankTemplate> {
  const allPoints = Object.values(structures).flatMap(({ points, parts }) => [points, ...(parts ?? [])])
  const voxels = allPoints.flatMap((points) =>
    EXTREME_SIDES.map((side) => salToVoxel(embedding.volume, rasToSal(points[side]))),
  )
  const radius = Math.max(...featureOutputs(model.card).map((o) => (o.kernelSide / 2 + 1) * o.strideVoxels))
  embedding.reserveFeatures(voxels, radius)
  const encoded = new Map<string, BankStructure>()
  for (const [name, { points, parts, onePiece, appearance }] of Object.entries(structures)) {
    const encodedParts: BankPoints[] = []
    for (const part of parts ?? []) encodedParts.push(await encodePoints(model, embedding, part, radius))
    encoded.set(name, {
      points: await encodePoints(model, embedding, points, radius),
      parts: encodedParts,
      onePiece: onePiece ?? false,
      appearance: appearance === undefined ? null : unpackPrior(appearance),
    })
  }
  return { ...identity, structures: encoded }
}

async function encodePoints(
  model: MedlamModel,
  embedding: ScanEmbedding,
  points: TemplateStructure['points'],
  radius: number,
): Promise<BankPoints> {
  const encode = async (side: ExtremeSide): Promise<BankPoint> => {
    const voxel = salToVoxel(embedding.volume, rasToSal(points[side]))
    const [latent] = await embedding.latentsAt([voxel])
    const fields = await embedding.featuresAround(voxel, radius)
    const scales = featureOutputs(model.card)
    return {
      pointMm: points[side],
      latent,
      descriptors: fields.map((featureMap, scale) => describePoint(featureMap, scales[scale], voxel)),
    }
  }
  return {
    inferior: await encode('inferior'),
    posterior: await encode('posterior'),
    right: await encode('right'),
    superior: await encode('superior'),
    anterior: await encode('anterior'),
    left: await encode('left'),
  }
}
