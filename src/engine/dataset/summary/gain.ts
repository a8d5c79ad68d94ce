import { isByHand } from '../../../shared/byHand.js'
import type { Sidecar } from '../../../shared/sidecar.js'
import type { ScanSummary } from './collect.js'

/** A structure, and how far its volume and place are from the other scans'. */
interface ComparedStructure {
  readonly structure: Sidecar['structures'][number]
  readonly oddness: number
}

/** What correcting a scan, as the next template, promises. */
export interface Gain {
  /** Mean over structures of what may be wrong or unlike the templates; 0 where nothing is to be gained. */
  readonly value: number
  /** Why, in words; empty where nothing stands out. */
  readonly reasons: readonly string[]
}

/** Edges around a structure that correlate less with the templates show something that these do not. */
const LIKE_TEMPLATES = 0.7
/** With less it is not found at all: alignment's bound. */
const LEAST_LIKE = 0.55
/** Confidence below this is named. */
const SURE = 0.6
/** So many structures are named for a reason. */
const MOST_NAMED = 3

const NO_GAIN: Gain = { value: 0, reasons: [] }

/**
 * What correcting a scan promises: the overlap that is missing by its confidence, how odd volumes and places are in the
 * cohort, and how far structures are from what the templates show. Nothing where there is no result, a person has
 * accepted it, or has corrected everything.
 */
export function gainOf(
  { status, review }: Pick<ScanSummary, 'status' | 'review'>,
  structures: readonly ComparedStructure[],
): Gain {
  const open = structures.filter(({ structure }) => !isByHand(structure) && structure.status !== 'failed')
  if (status !== 'done' || review === 'accepted' || open.length === 0) return NO_GAIN
  const missing = open.map((judged) => 1 - judged.structure.confidence)
  const value = open.reduce((sum, judged, i) => sum + missing[i] + judged.oddness + unlike(judged), 0) / open.length
  const named = (why: string, which: (judged: ComparedStructure) => string | null): string[] => {
    const names = open.flatMap((judged) => which(judged) ?? [])
    const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : ''
    return names.length === 0 ? [] : [`${why}: ${names.slice(0, MOST_NAMED).join(', ')}${more}`]
  }
  return {
    value,
    reasons: [
      ...named('not found', (judged) => (judged.structure.status === 'not-found' ? judged.structure.name : null)),
      ...named('low confidence', (judged) =>
        judged.structure.status === 'found' && judged.structure.confidence < SURE
          ? `${judged.structure.name} ${judged.structure.confidence.toFixed(2)}`
          : null,
      ),
      ...named('odd volume or place', (judged) => (judged.oddness > 0 ? judged.structure.name : null)),
      ...named('unlike the templates', (judged) => (unlike(judged) > 0 ? judged.structure.name : null)),
    ],
  }
}

/** 0 where the templates show it just so, 1 where they would hardly know it. */
function unlike({ structure: { likeness } }: ComparedStructure): number {
  return likeness === undefined
    ? 0
    : Math.min(1, Math.max(0, (LIKE_TEMPLATES - likeness) / (LIKE_TEMPLATES - LEAST_LIKE)))
}
