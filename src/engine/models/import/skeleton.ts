import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { readTextFile } from '../../../shared/node/readTextFile.js'
import { patchModelCardSchema } from '../../../shared/modelCard.js'
import { MedlsamError } from '../../../shared/medlsamError.js'

const count = z.int().nonnegative()

const weightSchema = z.object({
  /** Name in the checkpoint. */
  tensor: z.string().min(1),
  /** Shape in the checkpoint. */
  shape: z.array(count).readonly(),
  /** Byte of the data file where it goes, as float32. */
  offset: count,
  /** Axes in the order in which the graph wants them, as in NumPy's `transpose`. */
  permute: z.array(count).readonly().optional(),
})

const mapSchema = z.object({
  format: z.literal('medlsam-skeleton'),
  formatVersion: z.literal(1),
  /** What the checkpoints of this shape are called, for messages. */
  architecture: z.string().min(1),
  task: z.enum(['localize', 'segment']),
  /** Of a localizer: what its card says whatever the weights. */
  card: patchModelCardSchema
    .unwrap()
    .pick({ spacingMm: true, huKnots: true, rangeMm: true, paddingVoxels: true, patchVoxels: true })
    .extend({
      input: z.string(),
      output: z.string(),
      outputs: patchModelCardSchema.unwrap().shape.features.unwrap().shape.outputs,
    })
    .optional(),
  graphs: z
    .array(z.string().regex(/^[\w-]+\.onnx$/))
    .min(1)
    .readonly(),
  data: z.object({ file: z.string().regex(/^[\w-]+\.data$/), sizeBytes: count }),
  /** Tensors of the checkpoint that no graph needs; they may be missing. */
  unused: z.array(z.string()).readonly(),
  weights: z.array(weightSchema).min(1).readonly(),
})

/** The map of a skeleton: which tensor goes where. */
export type SkeletonMap = z.infer<typeof mapSchema>
/** Where one tensor goes. */
export type SkeletonWeight = z.infer<typeof weightSchema>

/** A graph without weights that ships with the product. */
export interface Skeleton {
  readonly folder: string
  readonly map: SkeletonMap
}

/**
 * The skeletons in a folder, one subfolder each.
 * @throws MedlsamError `model` when there is none or one is not what it should be
 */
export async function readSkeletons(folder: string): Promise<Skeleton[]> {
  const names = existsSync(folder) ? (await readdir(folder)).sort() : []
  const found = names.map((name) => path.join(folder, name)).filter((inner) => existsSync(path.join(inner, 'map.json')))
  if (found.length === 0)
    throw new MedlsamError(
      'model',
      `The folder ${folder} holds no model skeletons: run "npm run build" or reinstall.`,
      folder,
    )
  return Promise.all(
    found.map(async (inner) => {
      const file = path.join(inner, 'map.json')
      const parsed = mapSchema.safeParse(JSON.parse(await readTextFile(file)))
      if (!parsed.success)
        throw new MedlsamError('model', `${file} is not the map of a model skeleton: reinstall.`, file, {
          cause: parsed.error,
        })
      return { folder: inner, map: parsed.data }
    }),
  )
}
