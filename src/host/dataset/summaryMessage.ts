import { z } from 'zod'
import { VERDICTS } from '../../shared/reviews.js'

/** What the summary page asks of the host: to follow a link, or what a person says of a result. */
export const summaryMessageSchema = z.discriminatedUnion('kind', [
  /** It listens to what was said since it was written. */
  z.object({ kind: z.literal('ready') }).readonly(),
  z.object({ kind: z.literal('open'), link: z.string() }).readonly(),
  z
    .object({
      kind: z.literal('review'),
      /** As the summary calls the scan. */
      scan: z.string(),
      /** Path of its label map in the results' folder. */
      output: z.string(),
      /** Null takes it back. */
      verdict: z.enum(VERDICTS).nullable(),
    })
    .readonly(),
  /** Make the scan a template; its link, and that of its label map, are relative to the page. */
  z.object({ kind: z.literal('template'), link: z.string(), output: z.string() }).readonly(),
])

/** One of them. */
export type SummaryMessage = z.infer<typeof summaryMessageSchema>
