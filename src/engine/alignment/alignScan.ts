import { defined } from '../../shared/defined.js'
import type { AffineMap } from './affineMap.js'
import type { AlignmentTemplate } from './alignmentTemplate.js'
import type { TemplateAlignment } from './alignTemplate.js'
import { fuseStructures, notFound, type FusedStructure } from './fuseStructures.js'
import type { GridVolume } from './grid.js'
import { inThisThread, type OpenRunner, type BatchHooks, type TemplateRunner } from './runTemplates.js'
import { TURNS, type ScanTurn } from './turnScan.js'

/** What is asked of the most alike templates (0 the most): whether the scan is turned. Mirrors differ least, so two look. */
const TURN_CHECKS: readonly { readonly rank: number; readonly turn: ScanTurn }[] = [
  { rank: 0, turn: 'right-left' },
  { rank: 1, turn: 'right-left' },
  { rank: 0, turn: 'head-foot' },
  { rank: 0, turn: 'front-back' },
]
/** A scan that is more alike by this when an axis runs the other way is turned. */
const TURN_MARGIN = 0.008

/** How a scan is aligned. */
export interface AlignScanOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
  /**
   * Maps from query mm to template mm, per template, that are tried besides the places found by tissue: such as
   * `fitAffine` makes of landmarks that a network found in both.
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
  readonly structures: readonly FusedStructure[]
}

/** By how much edges are more alike when an axis runs the other way, over the templates asked. */
async function turnLeadsOf(
  runner: OpenRunner,
  templates: readonly AlignmentTemplate[],
  like: readonly TemplateAlignment[],
  hooks: BatchHooks,
): Promise<Map<ScanTurn, number>> {
  const checks = TURN_CHECKS.filter(({ rank }) => rank < like.length)
  const tasks = checks.map(({ rank, turn }) => ({
    template: templates.findIndex(({ id }) => id === like[rank].templateId),
    turn,
    starts: [],
  }))
  const outcomes = await runner.run(tasks, hooks)
  const leads = new Map<ScanTurn, number>()
  for (const turn of TURNS) {
    const mine = outcomes.flatMap(({ turnedEdges }, i) =>
      checks[i].turn === turn ? [(turnedEdges ?? 0) - like[checks[i].rank].edges] : [],
    )
    leads.set(turn, mine.reduce((sum, lead) => sum + lead, 0) / mine.length)
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
  if (templates.length === 0) return { templates: [], turnLeads: new Map(), structures: [] }
  const names = [...new Set(templates.flatMap(({ masks }) => masks.map(({ name }) => name)))]
  const total = templates.length + TURN_CHECKS.length
  const hooksFrom = (before: number): BatchHooks => ({
    ...defined({ signal }),
    onDone: (done) => onProgress?.(before + done, total),
  })
  const runner = open({ scan, templates })
  try {
    const outcomes = await runner.run(
      templates.map((_, template) => ({ template, turn: null, starts: starts[template] ?? [] })),
      hooksFrom(0),
    )
    const aligned = outcomes
      .flatMap(({ alignment }) => (alignment === null ? [] : [alignment]))
      .sort((a, b) => b.edges - a.edges)
    const like = aligned.filter(({ isLike }) => isLike)
    if (like.length === 0) {
      const reason = 'The scan does not show what the templates show.'
      return { templates: aligned, turnLeads: new Map(), structures: names.map((name) => notFound(name, reason)) }
    }
    const turnLeads = await turnLeadsOf(runner, templates, like, hooksFrom(templates.length))
    const turned = TURNS.find((turn) => (turnLeads.get(turn) ?? 0) > TURN_MARGIN)
    if (turned !== undefined) {
      const reason = `The scan fits the templates better with its ${turned} axis the other way round: check its header.`
      return { templates: aligned, turnLeads, structures: names.map((name) => notFound(name, reason)) }
    }
    return { templates: aligned, turnLeads, structures: fuseStructures(scan, names, like) }
  } finally {
    await runner.close()
  }
}
