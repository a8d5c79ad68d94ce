import { z } from 'zod'

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hexadecimal')
const positive = z.number().positive()

const featureOutputSchema = z
  .object({
    name: z.string().min(1),
    /** Input voxels per cell of this map. */
    strideVoxels: z.int().positive(),
    /** Input voxel index of cell 0 on each axis. */
    offsetVoxels: z.number(),
    channels: z.int().positive(),
    /** Side in cells of the cube that is compared around a point. */
    kernelSide: z.int().positive().max(8),
  })
  .readonly()

/** One feature map of a MedLAM model. */
export type FeatureOutput = z.infer<typeof featureOutputSchema>

const common = {
  format: z.literal('medlam-model'),
  formatVersion: z.literal(1),
  id: z.string().min(1),
  spacingMm: positive,
  /** Piecewise-linear map from HU to the network's input, clamped at both ends. */
  huKnots: z
    .array(z.tuple([z.number(), z.number()]).readonly())
    .min(2)
    .readonly()
    .refine((knots) => knots.every((knot, i) => i === 0 || knot[0] > knots[i - 1][0]), 'huKnots must grow in HU'),
  /** `r` of relative distance regression in mm, in the order z, y, x. */
  rangeMm: z.tuple([positive, positive, positive]).readonly(),
  paddingVoxels: z.int().nonnegative(),
}

/** A network's file beside the card, and the name of its one input. */
const network = { file: z.string().min(1), sha256: sha256Schema, input: z.string() }

/** A network run once over the whole volume (docs/method.md, section 11.2). */
export const denseModelCardSchema = z
  .object({
    ...common,
    kind: z.literal('dense'),
    position: z
      .object({
        ...network,
        output: z.string(),
        multipleOf: z.int().positive(),
        strideVoxels: z.int().positive(),
        offsetVoxels: z.number(),
      })
      .readonly(),
    features: z
      .object({
        ...network,
        multipleOf: z.int().positive(),
        haloVoxels: z.int().nonnegative(),
        outputs: z.array(featureOutputSchema).min(1).readonly(),
      })
      .readonly(),
  })
  .readonly()

/** A network run on cubes cut around points, like the published checkpoint. */
export const patchModelCardSchema = z
  .object({
    ...common,
    kind: z.literal('patch'),
    patchVoxels: z.int().positive(),
    /** The latent of a patch; may be the file of the features too. */
    position: z.object({ ...network, output: z.string() }).readonly(),
    features: z.object({ ...network, outputs: z.array(featureOutputSchema).min(1).readonly() }).readonly(),
    /** The file with the weights, where the networks keep them outside (ONNX external data). */
    weights: z
      .object({ file: z.string().min(1), sha256: sha256Schema })
      .readonly()
      .optional(),
  })
  .readonly()

/** Schema of the JSON that lies beside a MedLAM ONNX file and says how to run it. */
export const modelCardSchema = z.discriminatedUnion('kind', [denseModelCardSchema, patchModelCardSchema])

/** How to run a dense model. */
export type DenseModelCard = z.infer<typeof denseModelCardSchema>
/** How to run a patch model. */
export type PatchModelCard = z.infer<typeof patchModelCardSchema>
/** How to run a MedLAM model. */
export type ModelCard = z.infer<typeof modelCardSchema>
