import { QUALITIES, type LocalizeMethod, type Quality } from '../../shared/sidecar.js'

/** Where the boxes of a run come from: localization, or the truth, with or without errors added. */
export type BoxSource = 'found' | 'manual' | 'exact'

/** One way to get boxes. */
export interface Variant {
  /** For file names. */
  readonly id: string
  /** For tables and charts. */
  readonly title: string
  readonly boxes: BoxSource
  /** Use so many templates, the first ones; all when null. */
  readonly templates: number | null
  /** Sub-patch localization (SPL); one whole box per organ (WPL) otherwise. */
  readonly parts: boolean
  /** Multi-scale similarity (MSS) after relative distance regression. */
  readonly similarity: boolean
  readonly procedure: 'robust' | 'paper'
  /** How structures are found; as the run says when null. */
  readonly method: LocalizeMethod | null
  /** How much is done for a mask in the same boxes; as the run says when null. */
  readonly quality: Quality | null
}

/** What can be compared besides the main table. */
export const ABLATIONS = ['method', 'quality', 'templates', 'parts', 'similarity', 'procedure'] as const

/** One of {@link ABLATIONS}. */
export type Ablation = (typeof ABLATIONS)[number]

/** Numbers of templates that are compared. */
export const TEMPLATE_COUNTS = [1, 3, 5, 10] as const

/** As `segment` works. */
export const AUTOMATIC: Variant = {
  id: 'automatic',
  title: 'automatic',
  boxes: 'found',
  templates: null,
  parts: true,
  similarity: true,
  procedure: 'robust',
  method: null,
  quality: null,
}
/** Boxes of the truth, walls moved out by 0 to 20 pixels: the paper's manual columns. */
export const MANUAL: Variant = { ...AUTOMATIC, id: 'manual', title: 'manual', boxes: 'manual' }
/** Boxes of the truth as they are: what no localization can surpass. */
export const EXACT: Variant = { ...AUTOMATIC, id: 'exact', title: 'exact', boxes: 'exact' }
/** The paper's way to find structures, which some ablations take something from. */
const MEDLAM_ALONE: Variant = { ...AUTOMATIC, id: 'medlam', title: 'MedLAM alone', method: 'medlam' }

/** The variants that the wanted ablations compare {@link AUTOMATIC} with, for so many templates. */
export function ablationVariants(ablations: readonly Ablation[], templates: number): Variant[] {
  return [...new Set(ablations)].flatMap((ablation): Variant[] => {
    switch (ablation) {
      case 'templates':
        return TEMPLATE_COUNTS.filter((count) => count < templates).map((count) => ({
          ...AUTOMATIC,
          id: `templates-${count}`,
          title: count === 1 ? '1 template' : `${count} templates`,
          templates: count,
        }))
      case 'method':
        return [{ ...AUTOMATIC, id: 'align', title: 'alignment alone', method: 'align' }, MEDLAM_ALONE]
      case 'quality':
        return QUALITIES.map((quality) => ({ ...AUTOMATIC, id: quality, title: `quality ${quality}`, quality }))
      case 'parts':
        return [{ ...MEDLAM_ALONE, id: 'wpl', title: 'one whole box (WPL)', parts: false }]
      case 'similarity':
        return [{ ...MEDLAM_ALONE, id: 'no-mss', title: 'without similarity (MSS)', similarity: false }]
      case 'procedure':
        return [{ ...MEDLAM_ALONE, id: 'published', title: 'published procedure', procedure: 'paper' }]
    }
  })
}
