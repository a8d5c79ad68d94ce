/** Stages of a run, in order; `download`, which counts bytes, and `score`, which counts cases, stand alone. */
export const STAGES = ['read', 'templates', 'localize', 'segment', 'write', 'download', 'score'] as const

/** One of {@link STAGES}. */
export type Stage = (typeof STAGES)[number]

/** Where a run stands. `done` and `total` count the stage's own units (templates, slices). */
export interface Progress {
  readonly stage: Stage
  readonly done: number
  readonly total: number
  /** Estimate for the whole stage; null until there is something to extrapolate from. */
  readonly secondsLeft: number | null
  /** What is being worked on: a structure, a template, a slice. */
  readonly detail?: string
}

/** Receives progress; must return quickly. */
export type ProgressListener = (progress: Progress) => void
