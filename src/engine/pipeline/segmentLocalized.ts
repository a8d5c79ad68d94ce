import { defined } from '../../shared/defined.js'
import { BALANCED_APART_MM } from '../../shared/requests.js'
import type { RunOptions } from '../../shared/sidecar.js'
import type { TemplateBank } from '../medlam/templateBank.js'
import { PAPER_MARGIN } from '../sam/prompts/boxMargin.js'
import type { SlicePlanRequest } from '../sam/slicePlan.js'
import { segmentScan, type Segmentation, type SegmentControl, type SegmentOptions } from '../sam/segmentScan.js'
import type { Segmenter } from '../sam/segmenter.js'
import { WHOLE_SLICES, type Shown } from '../sam/tiles/tileGrid.js'
import { templatesPrior } from '../sam/prior/templatesPrior.js'
import type { OrganPrior } from '../../shared/organPrior.js'
import type { Scan } from '../../shared/geometry/volume.js'
import type { Localization } from './localization.js'

/** What to segment with. */
export interface SegmentTask {
  /** Null for drafts. */
  readonly segmenter: Segmenter | null
  /** The templates, which know how organs usually look. */
  readonly bank: TemplateBank
  readonly options: RunOptions
}

/** Segments the structures that were found, inside their boxes or the boxes of their parts. @throws MedlsamError `cancelled`, `model` */
export function segmentLocalized(
  { segmenter, bank, options }: SegmentTask,
  scan: Scan,
  { structures, drafts, aroundAllMm }: Localization,
  hooks: SegmentControl = {},
): Promise<Segmentation> {
  const requests = structures.flatMap((structure): SlicePlanRequest[] => {
    const { boxMm, partsMm } = structure
    if (structure.status !== 'found' || boxMm === null) return []
    const prior = options.appearance ? templatesPrior(priorsOf(bank, structure.name)) : null
    return [
      {
        structure,
        boxesMm: partsMm ?? [boxMm],
        onePiece: isOnePiece(bank, structure.name),
        ...defined({
          prior: prior ?? undefined,
          draft: options.appearance ? drafts.get(structure.name) : undefined,
          windowHu: options.windowHu ?? undefined,
        }),
      },
    ]
  })
  const { sliceStep } = options
  const shown = shownTo(segmenter, options, aroundAllMm)
  return segmentScan(scan, requests, segmenter, defined({ sliceStep, shown, margin: marginOf(options) }), hooks)
}

/**
 * What an encoding shows: around all structures of the bank, and not only those that are looked for, so that a mask does
 * not change with the others; the body where that is not known.
 */
export function shownTo(
  segmenter: Segmenter | null,
  { procedure, quality }: Pick<RunOptions, 'procedure' | 'quality'>,
  aroundAllMm: Localization['aroundAllMm'],
): Shown {
  if (segmenter === null || procedure === 'paper') return WHOLE_SLICES
  const apartMm = quality === 'best' ? 0 : BALANCED_APART_MM
  if (!segmenter.tiles.cut) return { ...WHOLE_SLICES, apartMm }
  return {
    region: aroundAllMm ?? 'body',
    slicesPerSide: quality === 'best' ? 1 : segmenter.tiles.perSide,
    apartMm,
  }
}

function marginOf({ paperMargin, marginMm }: RunOptions): SegmentOptions['margin'] | undefined {
  if (paperMargin) return PAPER_MARGIN
  return marginMm === null ? undefined : { unit: 'mm', values: marginMm }
}

/** True when the organ is one piece in every template that has it. */
export function isOnePiece({ templates }: TemplateBank, name: string): boolean {
  const having = templates.flatMap((template) => template.structures.get(name) ?? [])
  return having.length > 0 && having.every((structure) => structure.onePiece)
}

/** What an organ looks like in each template that knows it. */
export function priorsOf({ templates }: TemplateBank, name: string): OrganPrior[] {
  return templates.flatMap((template) => template.structures.get(name)?.prior ?? [])
}
