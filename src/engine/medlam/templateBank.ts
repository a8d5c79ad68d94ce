import {
  EXTREME_SIDES,
  mapSides,
  type ExtremePoints,
  type ExtremeSide,
  type PointMm,
} from '../../shared/geometry/points.js'
import type { Structure } from '../../shared/structure.js'
import type { TemplateStructure } from '../../shared/templateSet.js'
import { unpackPrior } from '../../shared/node/packedPrior.js'
import type { OrganPrior } from '../../shared/organPrior.js'
import type { AlignmentTemplate } from '../alignment/alignmentTemplate.js'
import { describePoint } from './featureMap.js'
import { featureOutputs } from './model.js'
import { rasToSal, salToVoxel, type Latent } from './salFrame.js'
import type { ScanEmbedding } from './scanEmbedding.js'

/** What localization needs of one point of one template. */
export interface BankPoint {
  readonly pointMm: PointMm
  readonly latent: Latent
  /** One kernel `[channel][k][k][k]` of unit vectors per feature scale of the model. */
  readonly descriptors: readonly Float32Array[]
}

/** Six encoded extreme points. */
export type BankPoints = Readonly<Record<ExtremeSide, BankPoint>>

/** Where six encoded points lie. */
export function positionsOf(points: BankPoints): ExtremePoints {
  return mapSides((side) => points[side].pointMm)
}

/** One structure of one template. */
export interface BankStructure {
  readonly points: BankPoints
  /** Parts along the long axis from inferior to superior; empty when the structure has none. */
  readonly parts: readonly BankPoints[]
  readonly onePiece: boolean
  /** What the organ looks like in this template; null when its points were given by hand. */
  readonly prior: OrganPrior | null
}

/** One encoded template scan. */
export interface BankTemplate {
  readonly id: string
  /** SHA-256 of the scan it was made from. */
  readonly sha256: string
  readonly structures: ReadonlyMap<string, BankStructure>
  /** What alignment needs of it; null in banks that were built before there was alignment. */
  readonly alignment: AlignmentTemplate | null
}

/**
 * What scans with known answers taught about one structure, per side in the order of `EXTREME_SIDES`: by how many
 * mm its walls are usually found outside of the true ones (negative for inside), how far off they still are when
 * that is taken back, and how similar the image there usually is.
 */
export interface Calibration {
  readonly shiftMm: readonly number[]
  readonly errorMm: readonly number[]
  readonly similarity: readonly number[]
}

/** How good the boxes were that were found with about one confidence in scans with known answers. */
export interface ReliabilityStep {
  readonly confidence: number
  /** Share of the boxes whose walls were within 5 mm of the true ones on average, 0 to 1. */
  readonly withinShare: number
  /** How many boxes that was seen on. */
  readonly boxes: number
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
  /** What a confidence of alignment is worth, ascending; empty where it was not measured. */
  readonly reliability: readonly ReliabilityStep[]
  /** Where the scans came from and under which licence; shown wherever the bank is. */
  readonly credit: string
}

/**
 * Encodes the points of one template scan, exactly as a query would be encoded
 * (docs/method.md, section 3.3: whole scans and cut-outs are never mixed).
 * @param structures extreme points in RAS mm per structure name
 */
export async function encodeTemplate(
  embedding: ScanEmbedding,
  identity: Pick<BankTemplate, 'id' | 'sha256' | 'alignment'>,
  structures: Readonly<Record<string, TemplateStructure>>,
): Promise<BankTemplate> {
  const allPoints = Object.values(structures).flatMap(({ points, parts }) => [points, ...(parts ?? [])])
  const voxels = allPoints.flatMap((points) =>
    EXTREME_SIDES.map((side) => salToVoxel(embedding.volume, rasToSal(points[side]))),
  )
  const scales = featureOutputs(embedding.model.card)
  const radius = Math.max(...scales.map((o) => (o.kernelSide / 2 + 1) * o.strideVoxels))
  embedding.reserveFeatures(voxels, radius)
  const encoded = new Map<string, BankStructure>()
  for (const [name, { points, parts, onePiece, appearance }] of Object.entries(structures)) {
    const encodedParts: BankPoints[] = []
    for (const part of parts ?? []) encodedParts.push(await encodePoints(embedding, part, radius))
    encoded.set(name, {
      points: await encodePoints(embedding, points, radius),
      parts: encodedParts,
      onePiece: onePiece ?? false,
      prior: appearance === undefined ? null : unpackPrior(appearance),
    })
  }
  return { ...identity, structures: encoded }
}

async function encodePoints(embedding: ScanEmbedding, points: ExtremePoints, radius: number): Promise<BankPoints> {
  const scales = featureOutputs(embedding.model.card)
  const encode = async (side: ExtremeSide): Promise<BankPoint> => {
    const voxel = salToVoxel(embedding.volume, rasToSal(points[side]))
    const [latent] = await embedding.latentsAt([voxel])
    const featureMaps = await embedding.featuresAround(voxel, radius)
    return {
      pointMm: points[side],
      latent,
      descriptors: featureMaps.map((featureMap, scale) => describePoint(featureMap, scales[scale], voxel)),
    }
  }
  // One after the other: each may run a network.
  return {
    inferior: await encode('inferior'),
    posterior: await encode('posterior'),
    right: await encode('right'),
    superior: await encode('superior'),
    anterior: await encode('anterior'),
    left: await encode('left'),
  }
}
