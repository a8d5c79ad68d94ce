import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { z } from 'zod'
import { boxMmSchema, pointMmSchema } from '../../shared/geometry/points.js'
import { localizedStructureSchema } from '../../shared/structure.js'
import type { Localization } from '../../engine/pipeline/localization.js'
import { stored } from './storedCase.js'

const localizationSchema = z.object({
  structures: z.array(localizedStructureSchema),
  aroundAllMm: boxMmSchema.nullable(),
  drafts: z.array(
    z.object({
      name: z.string(),
      originMm: pointMmSchema,
      spacingMm: z.number(),
      size: z.tuple([z.int(), z.int(), z.int()]),
      level: z.number(),
      /** Base64 of the deflated shares. */
      shares: z.base64(),
    }),
  ),
})

/** What was found in a scan, kept in a file as by `stored`. */
export async function storedLocalization(
  file: string,
  key: string,
  make: () => Promise<Localization>,
): Promise<Localization> {
  const { structures, drafts, aroundAllMm } = await stored(file, key, localizationSchema, async () => {
    const made = await make()
    return {
      structures: [...made.structures],
      aroundAllMm: made.aroundAllMm,
      drafts: [...made.drafts].map(
        ([
          name,
          {
            data,
            size: [x, y, z],
            ...draft
          },
        ]) => ({
          ...draft,
          name,
          size: [x, y, z] as [number, number, number],
          shares: deflateRawSync(data).toString('base64'),
        }),
      ),
    }
  })
  return {
    structures,
    aroundAllMm,
    drafts: new Map(
      drafts.map(({ name, shares, ...draft }) => [
        name,
        { ...draft, data: new Uint8Array(inflateRawSync(Buffer.from(shares, 'base64'))) },
      ]),
    ),
  }
}
