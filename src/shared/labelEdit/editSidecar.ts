import { z } from 'zod'
import { structureSchema } from '../structure.js'
import { originSchema } from './editedStructure.js'

/** Schema of the JSON beside a label map that was drawn, or edited without a run of ours having made it. */
export const editSidecarSchema = z
  .object({
    format: z.literal('medlsam-labels'),
    formatVersion: z.literal(1),
    tool: z.object({ name: z.literal('medlsam'), version: z.string() }).readonly(),
    input: z.object({ path: z.string() }).readonly(),
    output: z.string(),
    structures: z
      .array(
        structureSchema
          .unwrap()
          .extend({
            /** Where its mask comes from. */
            origin: originSchema,
            /** Volume of the mask in millilitres. */
            volumeMl: z.number().nonnegative(),
          })
          .readonly(),
      )
      .readonly(),
  })
  .readonly()

/** The JSON beside a label map that no run of ours made. */
export type EditSidecar = z.infer<typeof editSidecarSchema>
