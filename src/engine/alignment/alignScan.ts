import { defined } from '../../shared/defined.js'
import type { AffineMap } from './affineMap.js'
import type { AlignmentTemplate } from './alignmentTemplate.js'
import type { TemplateAlignment } from './alignTemplate.js'
import { fuseStructures, notFound, type FusedStructure } from './fuseStructures.js'
import type { GridVolume } from './grid.js'
import { inThisThread, type OpenRunner, type BatchHooks, type TemplateRunner } from './runTemplates.js'
import { TURNS, type ScanTurn } from './turnScan.js'

/** What is asked of the most alike templates (0 the most): whether the scan is turned. Mirrors differ least, so two look. */
interface TurnCheck {
  readonly rank: number
  readonly turn: ScanTurn
}
/** Scans upside down or back to front have been this much alike at most, so what is more alike is neither. */
const UPRIGHT_EDGES = 0.75
/** At most so many checks are made. */
const MOST_TURN_CHECKS = 4
/** A scan that is more alike by this when an axis runs the other way is turned. */
const TURN_MARGIN = 0.008

/** So many templates, those whose edges are most alike under an affine map, are deformed onto a scan; the rest would cost time and add little. */
const MOST_DEFORMED = 5

/** How a scan is aligned. */
export interface AlignScanOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
  /**
   * Maps from query mm to template mm, per template, that are tried before the places found by tissue, which are left out
   * where one of them is sure: such as `fitAffine` makes of landmarks that a network found in both.
   */
  readonly starts?: readonly (readonly AffineMap[])[]
  /** Where templates are aligned; in this thread when left out. */
  readonly runner?: TemplateRunner
}

/** What alignment found in a scan. */
export interface ScanAlignment {
  /** The templates that could be laid over the scan, most alike first; those with `isLike` false show something else. */
  readonly templates: readonly TemplateAlignment[]
  /** By how much the scan is more alike with an axis the other way round; empty where no template is like it. */
  readonly turnLeads: ReadonlyMap<ScanTurn, number>
  /** The axis that the scan fits the templates better without: it is stored the other way round. */
  readonly turned: ScanTurn | null
  readonly structures: readonly FusedStructure[]
}

function turnChecks(like: readonly TemplateAlignment[]): TurnCheck[] {
  const mirrored: TurnCheck[] = [
    { rank: 0, turn: 'right-left' },
    { rank: 1, turn: 'right-left' },
  ]
  const others: TurnCheck[] = [
    { rank: 0, turn: 'head-foot' },
    { rank: 0, turn: 'front-back' },
  ]
  return [...mirrored, ...(like[0].edges < UPRIGHT_EDGES ? others : [])].filter(({ rank }) => rank < like.length)
}

/** By how much edges are more alike when an axis runs the other way, over the templates asked. */
async function turnLeadsOf(
  runner: OpenRunner,
  templates: readonly AlignmentTemplate[],
  like: readonly TemplateAlignment[],
  hooks: BatchHooks,
): Promise<Map<ScanTurn, number>> {
  const checks = turnChecks(like)
  const tasks = checks.map(({ rank, turn }) => ({
    kind: 'turn' as const,
    template: templates.findIndex(({ id }) => id === like[rank].templateId),
    turn,
  }))
  const outcomes = await runner.run(tasks, hooks)
  const leads = new Map<ScanTurn, number>()
  for (const turn of TURNS) {
    const mine = outcomes.flatMap(({ turnedEdges }, i) =>
      checks[i].turn === turn ? [(turnedEdges ?? 0) - like[checks[i].rank].edges] : [],
    )
    if (mine.length > 0) leads.set(turn, mine.reduce((sum, lead) => sum + lead, 0) / mine.length)
  }
  return leads
}

/**
 * Finds the structures of templates in a scan: aligns every template to it and lets those vote that are like it.
 * @param scan the scan on the working grid, from `prepareScan`
 * @throws the signal's reason when it is aborted
 */
export async function alignScan(
  scan: GridVolume,
  templates: readonly AlignmentTemplate[],
  options: AlignScanOptions = {},
): Promise<ScanAlignment> {
  const { signal, onProgress, starts = [], runner: open = inThisThread } = options
  signal?.throwIfAborted()
  if (templates.length === 0) return { templates: [], turnLeads: new Map(), turned: null, structures: [] }
  const names = [...new Set(templates.flatMap(({ masks }) => masks.map(({ name }) => name)))]
  const deformed = Math.min(MOST_DEFORMED, templates.length)
  const total = templates.length + deformed + MOST_TURN_CHECKS
  const hooksFrom = (before: number): BatchHooks => ({
    ...defined({ signal }),
    onDone: (done) => onProgress?.(before + done, total),
  })
  const runner = open({ scan, templates })
  try {
    const fits = await runner.run(
      templates.map((_, template) => ({ kind: 'fit', template, starts: starts[template] ?? [] })),
      hooksFrom(0),
    )
    const best = fits
      .flatMap(({ fit }, template) => (fit == null ? [] : [{ template, ...fit }]))
      .sort((a, b) => b.edges - a.edges)
      .slice(0, MOST_DEFORMED)
    const outcomes = await runner.run(
      best.map(({ template, map }) => ({ kind: 'deform', template, map })),
      hooksFrom(templates.length),
    )
    const aligned = outcomes.flatMap(({ alignment }) => alignment ?? []).sort((a, b) => b.edges - a.edges)
    const like = aligned.filter(({ isLike }) => isLike)
    if (like.length === 0) {
      onProgress?.(total, total)
      const reason = 'The scan does not show what the templates show.'
      return {
        templates: aligned,
        turnLeads: new Map(),
        turned: null,
        structures: names.map((name) => notFound(name, reason)),
      }
    }
    // Threads look whether the scan is turned while the votes are counted here.
    const [turnLeads, fused] = await Promise.all([
      turnLeadsOf(runner, templates, like, hooksFrom(templates.length + deformed)),
      Promise.resolve(like).then((voters) => fuseStructures(scan, names, voters)),
    ])
    const turned = TURNS.find((turn) => (turnLeads.get(turn) ?? 0) > TURN_MARGIN) ?? null
    if (turned !== null) {
      const reason = `The scan fits the templates better with its ${turned} axis the other way round: check its header.`
      return { templates: aligned, turnLeads, turned, structures: names.map((name) => notFound(name, reason)) }
    }
    return { templates: aligned, turnLeads, turned, structures: fused }
  } finally {
    await runner.close()
  }
}
