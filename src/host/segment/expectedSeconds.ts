import type { Quality } from '../../shared/sidecar.js'

/** What a run took. */
export interface RunTimes {
  readonly quality: Quality
  /** From opening the scan to its drafts. */
  readonly untilDraftSeconds: number
  /** What the segmenter took; 0 for a draft. */
  readonly segmentSeconds: number
}

/** A head-and-neck scan with seven organs on two cores; before there was a run on this machine. */
const USUAL: RunTimes = { quality: 'balanced', untilDraftSeconds: 9, segmentSeconds: 14 }

/** How long segmenting takes beside `balanced`, since it encodes so much more or less. */
const SHARE: Readonly<Record<Quality, number>> = { best: 5, balanced: 1, draft: 0 }

/** How a run that has ended was done, and what each of its stages took, in seconds. */
export interface EndedRun {
  readonly seconds: Readonly<Record<string, number>>
  readonly options: { readonly quality: Quality }
}

/** The times of a run that has ended. */
export function timesOf({ seconds, options: { quality } }: EndedRun): RunTimes {
  const { segment = 0, ...others } = seconds
  return {
    quality,
    untilDraftSeconds: Object.values(others).reduce((sum, value) => sum + value, quality === 'draft' ? segment : 0),
    segmentSeconds: quality === 'draft' ? 0 : segment,
  }
}

/**
 * Seconds to expect of a run in each quality: like the last ones on this machine, or in proportion to them.
 * @param earlier latest run of each quality that there was one of
 */
export function expectedSeconds(earlier: readonly RunTimes[]): Readonly<Record<Quality, number>> {
  const of = (quality: Quality): number => {
    const like =
      earlier.find((run) => run.quality === quality) ??
      earlier.find((run) => SHARE[run.quality] > 0) ??
      usualBeside(earlier)
    return like.untilDraftSeconds + (like.segmentSeconds * SHARE[quality]) / Math.max(1, SHARE[like.quality])
  }
  return { best: of('best'), balanced: of('balanced'), draft: of('draft') }
}

/** A usual run on a machine of which only drafts are known, if anything: they say how fast it is. */
function usualBeside(drafts: readonly RunTimes[]): RunTimes {
  const times = Math.max(...drafts.map(({ untilDraftSeconds }) => untilDraftSeconds / USUAL.untilDraftSeconds))
  if (!Number.isFinite(times)) return USUAL
  const { quality, untilDraftSeconds, segmentSeconds } = USUAL
  return { quality, untilDraftSeconds: untilDraftSeconds * times, segmentSeconds: segmentSeconds * times }
}

/** The runs to remember after one more: the latest of each quality. */
export function withLatest(earlier: readonly RunTimes[], latest: RunTimes): RunTimes[] {
  return [latest, ...earlier.filter(({ quality }) => quality !== latest.quality)]
}
