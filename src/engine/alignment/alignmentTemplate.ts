import type { BoxMm } from '../../shared/geometry/points.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'
import { describeTemplate } from './describe.js'
import { gridBox, type ChannelGrid, type GridVolume } from './grid.js'
import { PLACE_MM } from './place.js'
import { templateMasks, type TemplateMask } from './templateMasks.js'
import { cropToBody, tissueShares } from './tissueClasses.js'

/**
 * Spacings of the descriptors a template holds, coarse to fine, in mm: for the affine map and the first deformation,
 * for the second, for the third. The last may be left out: a third of the size, less accurate.
 */
export const DESCRIPTOR_MM = [9, 6, 4] as const
/** Spacing of the label maps a template holds, in mm. */
export const MASK_MM = 6

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
  readonly scan: GridVolume
  readonly labels: LabelVolume | null
  /** Structure names by label value. */
  readonly names: ReadonlyMap<number, string>
}

/** Makes of a labelled scan what alignment needs of it. */
export function makeAlignmentTemplate(
  { id, scan, labels, names }: TemplateInput,
  {
    descriptorMm = DESCRIPTOR_MM,
    maskMm = MASK_MM,
  }: { readonly descriptorMm?: readonly number[]; readonly maskMm?: number } = {},
): AlignmentTemplate {
  return {
    id,
    boxMm: gridBox(scan),
    tissue: cropToBody(tissueShares(scan, PLACE_MM)),
    descriptors: descriptorMm.map((spacingMm) => describeTemplate(scan, spacingMm)),
    masks: labels === null ? [] : templateMasks(labels, names, maskMm),
  }
}
