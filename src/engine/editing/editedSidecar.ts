import { isByHand } from '../../shared/byHand.js'
import { determinant } from '../../shared/geometry/affine.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'
import type { EditedStructure } from '../../shared/labelEdit/editedStructure.js'
import type { EditSidecar } from '../../shared/labelEdit/editSidecar.js'
import type { Sidecar } from '../../shared/sidecar.js'
import { TOOL_VERSION } from '../version.js'
import type { LabelExtent } from '../labels/extremePoints.js'

/** A label map that was edited. */
export interface EditedResult {
  readonly labels: LabelVolume
  /** By label value. */
  readonly extents: ReadonlyMap<number, LabelExtent>
  readonly structures: readonly EditedStructure[]
}

/** The sidecar of a label map that no run of ours made; paths relative to it. */
export function drawnSidecar(
  result: EditedResult,
  files: { readonly input: string; readonly output: string },
): EditSidecar {
  return {
    format: 'medlsam-labels',
    formatVersion: 1,
    tool: { name: 'medlsam', version: TOOL_VERSION },
    input: { path: files.input },
    output: files.output,
    structures: result.structures.map(({ name, labelValue, color, origin }) => ({
      name,
      labelValue,
      color,
      origin,
      volumeMl: volumeMl(result, labelValue),
    })),
  }
}

/**
 * The sidecar of a run after its label map was edited. Where a structure was corrected or drawn it tells runs to keep that one,
 * and by the hashes that no other program has touched the files. Elsewhere hashes are left out: what somebody edited, by
 * taking a structure away perhaps, is not to be replaced without a question.
 */
export function correctedSidecar(
  sidecar: Sidecar,
  result: EditedResult,
  outputSha256: NonNullable<Sidecar['outputSha256']>,
): Sidecar {
  return {
    ...sidecar,
    outputSha256: result.structures.some(isByHand) ? outputSha256 : undefined,
    structures: result.structures.map(({ name, labelValue, color, origin }) => {
      const before = sidecar.structures.find((structure) => structure.labelValue === labelValue)
      if (before !== undefined && origin.kind === 'found') return { ...before, name, color }
      const found = before ?? NOT_LOOKED_FOR
      const isThere = result.extents.has(labelValue)
      return {
        ...found,
        ...{ name, labelValue, color, origin },
        status: isThere ? ('found' as const) : found.status,
        reason: isThere ? undefined : before?.reason,
        volumeMl: isThere ? volumeMl(result, labelValue) : null,
        // Of the mask as it was found.
        meanHu: null,
      }
    }),
  }
}

/** A structure that a hand has drawn is sure, and nobody has said where its walls are. */
const NOT_LOOKED_FOR = {
  status: 'found',
  confidence: 1,
  boxMm: null,
  boxVoxel: null,
  extremePointsMm: null,
} as const

function volumeMl({ labels, extents }: EditedResult, labelValue: number): number {
  return ((extents.get(labelValue)?.voxels ?? 0) * Math.abs(determinant(labels.affine))) / 1000
}
