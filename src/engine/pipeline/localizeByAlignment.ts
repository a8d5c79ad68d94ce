import { defined } from '../../shared/defined.js'
import type { Volume } from '../../shared/geometry/volume.js'
import { throwIfCancelled } from '../../shared/medlsamError.js'
import type { RunOptions } from '../../shared/sidecar.js'
import type { LocalizedStructure, Structure } from '../../shared/structure.js'
import type { AffineMap } from '../alignment/affineMap.js'
import { alignScan, type ScanAlignment } from '../alignment/alignScan.js'
import type { FusedStructure } from '../alignment/fuseStructures.js'
import type { GridVolume } from '../alignment/grid.js'
import { openAlignmentRunner } from '../alignment/openRunner.js'
import { prepareScan } from '../alignment/prepareScan.js'
import type { TemplateBank } from '../medlam/templateBank.js'
import { boxToVoxels } from '../../shared/geometry/boxConversion.js'
import type { DraftMask } from '../volume/draftMask.js'
import { boxAround, type Localization } from './localization.js'

/** What to align, and how. */
export interface AlignmentTask {
  readonly bank: TemplateBank
  readonly structures: readonly Structure[]
  readonly options: Pick<RunOptions, 'minConfidence'>
  readonly threads: number | undefined
  /** Maps from scan mm to template mm, by template id, that are tried before the places found by tissue. */
  readonly starts?: ReadonlyMap<string, AffineMap>
}

/** What accompanies alignment. */
export interface AlignmentHooks {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/** What alignment found, and whether the scan shows what the templates show. */
export interface AlignmentLocalization extends Localization {
  /** `other` when no template is like the scan, `turned` when it fits them better the other way round. */
  readonly verdict: 'like' | 'other' | 'turned'
}

/**
 * Finds structures by laying the templates over the scan.
 * @throws MedlsamError `cancelled`
 */
export async function localizeByAlignment(
  { bank, structures, options, threads, starts }: AlignmentTask,
  scan: Pick<Volume, 'data' | 'size' | 'affine'>,
  { signal, onProgress }: AlignmentHooks = {},
): Promise<AlignmentLocalization> {
  const templates = bank.templates.flatMap(({ alignment }) => alignment ?? [])
  const grid = prepareScan(scan)
  let aligned: ScanAlignment
  try {
    aligned = await alignScan(grid, templates, {
      ...defined({ signal, onProgress }),
      starts: templates.map(({ id }) => {
        const start = starts?.get(id)
        return start === undefined ? [] : [start]
      }),
      runner: openAlignmentRunner(threads),
    })
  } catch (error) {
    throwIfCancelled(signal)
    throw error
  }
  const fusedAs = (structure: Structure): FusedStructure | null =>
    aligned.structures.find(({ name }) => name === structure.name) ?? null
  const found = structures.map((structure) => ({ structure, fused: fusedAs(structure) }))
  const all = bank.structures.map((one) => toLocalized(one, fusedAs(one), scan, options.minConfidence))
  return {
    verdict: verdictOf(aligned),
    aroundAllMm: boxAround(all),
    structures: found.map(({ structure, fused }) => toLocalized(structure, fused, scan, options.minConfidence)),
    drafts: new Map(
      found.flatMap(({ structure, fused }) => {
        const draft = fused === null ? null : draftOf(grid, fused)
        return draft === null ? [] : [[structure.name, draft] as const]
      }),
    ),
  }
}

function verdictOf({ templates, turned }: ScanAlignment): AlignmentLocalization['verdict'] {
  if (turned !== null) return 'turned'
  return templates.some(({ isLike }) => isLike) ? 'like' : 'other'
}

function toLocalized(
  structure: Structure,
  fused: FusedStructure | null,
  scan: Pick<Volume, 'size' | 'affine'>,
  minConfidence: number,
): LocalizedStructure {
  const nothing = { ...structure, status: 'not-found', boxMm: null, boxVoxel: null, extremePointsMm: null } as const
  if (fused === null) return { ...nothing, reason: 'No template has this structure.', confidence: 0 }
  const { confidence, boxMm, extremePointsMm, reason, likeness, inside: insideShare } = fused
  if (fused.status === 'not-found' || boxMm === null) return { ...nothing, ...defined({ reason }), confidence }
  if (confidence < minConfidence) {
    return {
      ...nothing,
      reason: `The templates do not agree where it should be (confidence ${confidence.toFixed(2)} of 1): it may be absent; if it is there, add templates of similar scans.`,
      confidence,
    }
  }
  return {
    ...structure,
    status: 'found',
    ...defined({ reason }),
    confidence,
    boxMm,
    boxVoxel: boxToVoxels(scan, boxMm),
    extremePointsMm,
    foundBy: 'align',
    likeness,
    insideShare: Math.min(1, insideShare),
  }
}

/** The mask of a structure with the place of its cells; null where it is not found, or a stand-in of its points. */
function draftOf(
  { originMm, spacingMm }: GridVolume,
  { mask, level, drawn, status }: FusedStructure,
): DraftMask | null {
  if (mask === null || !drawn || status === 'not-found') return null
  const { low, size, data } = mask
  return {
    originMm: [originMm[0] + low[0] * spacingMm, originMm[1] + low[1] * spacingMm, originMm[2] + low[2] * spacingMm],
    spacingMm,
    size,
    data,
    level,
  }
}
