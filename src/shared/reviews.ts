import { z } from 'zod'

/** What a person says of the result of a scan. */
export const VERDICTS = ['accepted', 'rejected'] as const

/** One of {@link VERDICTS}. */
export type Verdict = (typeof VERDICTS)[number]

/** Schema of the file beside a dataset's journal that holds what a person says of its results. */
export const reviewsSchema = z
  .object({
    format: z.literal('medlsam-reviews'),
    formatVersion: z.literal(1),
    /** The last word on each, null where it was taken back. By path of the label map in the results' folder, with slashes. */
    reviews: z
      .record(z.string(), z.object({ verdict: z.enum(VERDICTS).nullable(), at: z.iso.datetime() }).readonly())
      .readonly(),
  })
  .readonly()

/** What a person says of the results of a dataset. */
export type Reviews = z.infer<typeof reviewsSchema>['reviews']
