import { defined } from '../../shared/defined.js'
import type { RunOptions } from '../../shared/sidecar.js'
import type { LocalizedStructure } from '../../shared/structure.js'
import type { TemplateBank } from '../medlam/templateBank.js'
import { PAPER_MARGIN } from '../sam/prompts/boxMargin.js'
import type { SlicePlanRequest } from '../sam/slicePlan.js'
import { segmentScan, type Segmentation, type SegmentControl, type SegmentOptions } from '../sam/segmentScan.js'
import type { Segmenter } from '../sam/segmenter.js'
import { templatesPrior } from '../sam/prior/templatesPrior.js'
import type { OrganPrior } from '../../shared/organPrior.js'
import type { Scan } from '../../shared/geometry/volume.js'

/** What to segment with. */
export interface SegmentTask {
  readonly segmenter: Segmenter
  /** The templates, which know how organs usually look. */
  readonly bank: TemplateBank
  readonly options: RunOptions
}

/** Segments the structures that were found, inside their boxes or the boxes of their parts. @throws MedlsamError `cancelled`, `model` */
export function segmentLocalized(
  { segmenter, bank, options }: SegmentTask,
  scan: Scan,
  localized: readonly LocalizedStructure[],
  hooks: SegmentControl = {},
): Promise<Segmentation> {
  const requests = localized.flatMap((structure): SlicePlanRequest[] => {
    const { boxMm, partsMm } = structure
    if (structure.status !== 'found' || boxMm === null) return []
    const prior = options.appearance ? templatesPrior(priorsOf(bank, structure.name)) : null
    return [
      {
        structure,
        boxesMm: partsMm ?? [boxMm],
        onePiece: isOnePiece(bank, structure.name),
        ...defined({ prior: prior ?? undefined, windowHu: options.windowHu ?? undefined }),
      },
    ]
  })
  return segmentScan(scan, requests, segmenter, segmentOptions(options), hooks)
}

function segmentOptions(options: RunOptions): Partial<SegmentOptions> {
  return defined({ sliceStep: options.sliceStep, margin: marginOf(options) })
}

function marginOf({ paperMargin, marginMm }: RunOptions): SegmentOptions['margin'] | undefined {
  if (paperMargin) return PAPER_MARGIN
  return marginMm === null ? undefined : { unit: 'mm', values: marginMm }
}

/** True when the organ is one piece in every template that has it. */
function isOnePiece({ templates }: TemplateBank, name: string): boolean {
  const having = templates.flatMap((template) => template.structures.get(name) ?? [])
  return having.length > 0 && having.every((structure) => structure.onePiece)
}

function priorsOf({ templates }: TemplateBank, name: string): OrganPrior[] {
  return templates.flatMap((template) => template.structures.get(name)?.prior ?? [])
}
