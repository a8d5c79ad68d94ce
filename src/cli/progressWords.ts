import type { Stage } from '../shared/progress.js'

/** What a stage is called. */
export const STAGE_WORDS: Readonly<Record<Stage, string>> = {
  read: 'Reading scan',
  templates: 'Encoding templates',
  localize: 'Localizing',
  segment: 'Segmenting slices',
  write: 'Writing',
  download: 'Downloading',
  score: 'Scoring',
}

/** How far a stage is, in the unit that it is shown in: nobody reads bytes. */
export function inUnits(
  stage: Stage,
  done: number,
  total: number,
): { readonly shown: number; readonly all: number; readonly unit: string } {
  return stage === 'download'
    ? { shown: toMegabytes(done), all: toMegabytes(total), unit: ' MB' }
    : { shown: done, all: total, unit: '' }
}

function toMegabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6)
}

/** Seconds as users read them: `8 s`, `3 min 20 s`, `11 h 5 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
