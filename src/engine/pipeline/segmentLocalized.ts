import type { RunOptions } from '../../shared/sidecar.js'
import type { LocalizedStructure } from '../../shared/structure.js'
import type { TemplateBank } from '../medlam/templateBank.js'
import type { EarlyMask } from '../sam/masks/earlyMasks.js'
import { PAPER_MARGIN } from '../sam/prompts/margin.js'
import type { SegmentRequest } from '../sam/slicePlan.js'
import { segmentScan, type Segmentation, type SegmentOptions } from '../sam/segmentScan.js'
import type { Segmenter } from '../sam/segmenter.js'
import { templatesPrior } from '../sam/prior/templatesPrior.js'
import type { OrganPrior } from '../labels/prior.js'
import type { Scan } from '../../shared/geometry/volume.js'
import type { StageClock } from './stageClock.js'

/** Segments the structures that were found, inside their boxes or the boxes of their parts. */
export function segmentLocalized(
  segmenter: Segmenter,
  scan: Scan,
  bank: TemplateBank,
  localized: readonly LocalizedStructure[],
  run: RunOptions,
  clock: StageClock,
  hooks: { readonly signal?: AbortSignal; readonly onEarlyMask?: (early: EarlyMask) => Promise<void> } = {},
): Promise<Segmentation> {
  const requests = localized.flatMap((structure): SegmentRequest[] => {
    const { boxMm, partsMm } = structure
    if (structure.status !== 'found' || boxMm === null) return []
    const appearance = run.appearance ? templatesPrior(priorsOf(bank, structure.name)) : null
    return [
      {
        structure,
        boxesMm: partsMm ?? [boxMm],
        onePiece: isOnePiece(bank, structure.name),
        ...(appearance === null ? {} : { appearance }),
        ...(run.windowHu === null ? {} : { windowHu: run.windowHu }),
      },
    ]
  })
  return segmentScan(scan, requests, segmenter, segmentOptions(run), {
    ...(hooks.signal === undefined ? {} : { signal: hooks.signal }),
    ...(hooks.onEarlyMask === undefined ? {} : { onEarlyMask: hooks.onEarlyMask }),
    onProgress: (done, total, organs) => {
      clock.report(done, total, organs.join(', '))
    },
  })
}

function segmentOptions(run: RunOptions): Partial<SegmentOptions> {
  const margin: SegmentOptions['margin'] | null = run.paperMargin
    ? PAPER_MARGIN
    : run.marginMm === null
      ? null
      : { unit: 'mm', values: run.marginMm }
  return { sliceStep: run.sliceStep, ...(margin === null ? {} : { margin }) }
}

/** True when the organ is one piece in every template that has it. */
function isOnePiece({ templates }: TemplateBank, name: string): boolean {
  const having = templates.flatMap((template) => template.structures.get(name) ?? [])
  return having.length > 0 && having.every((structure) => structure.onePiece)
}

function priorsOf({ templates }: TemplateBank, name: string): OrganPrior[] {
  return templates.flatMap((template) => template.structures.get(name)?.appearance ?? [])
}
