import type { BoxMm } from '../../shared/geometry/points.js'
import { describeTemplate } from './describe.js'
import { gridBox, type ChannelGrid, type GridVolume } from './grid.js'
import { PLACE_MM } from './place.js'
import type { TemplateMask } from './templateMasks.js'
import { cropToBody, tissueCodes, tissueShares } from './tissueClasses.js'

/**
 * Spacings of the descriptors a template holds, coarse to fine, in mm: for the affine map and the first deformation,
 * for the second, for the third. The last may be left out: a third of the size, less accurate.
 */
export const DESCRIPTOR_MM = [9, 6, 4] as const
/** Those of a bank that is given away: a third of the size, and less of the template to be seen in them. */
export const SHARED_DESCRIPTOR_MM = [9, 6] as const

/** What alignment needs of a template and nothing more: plain data, no HU. */
export interface AlignmentTemplate {
  readonly id: string
  /** The scan's extent. */
  readonly boxMm: BoxMm
  /** Shares of tissue classes, for placing. */
  readonly tissue: ChannelGrid
  /** Self-similarity descriptors at {@link DESCRIPTOR_MM}. */
  readonly descriptors: readonly ChannelGrid[]
  readonly masks: readonly TemplateMask[]
}

/** How a template is made. */
export interface TemplateInput {
  readonly id: string
  /** On the working grid. */
  readonly scan: GridVolume
  readonly masks: readonly TemplateMask[]
}

/** Makes of a scan and its structures what alignment needs of them, with descriptors at these spacings. */
export function makeAlignmentTemplate(
  { id, scan, masks }: TemplateInput,
  descriptorMm: readonly number[] = DESCRIPTOR_MM,
): AlignmentTemplate {
  return {
    id,
    boxMm: gridBox(scan),
    tissue: cropToBody(tissueShares(tissueCodes(scan), PLACE_MM)),
    descriptors: descriptorMm.map((spacingMm) => describeTemplate(scan, spacingMm)),
    masks,
  }
}
