import type { JSX } from 'preact'
import type { StructureOrigin } from '../../shared/labelEdit/editedStructure.js'
import type { StructureRow } from '../control/structureRows.js'

/** Under this a structure is flagged, whatever its status says. */
const LOW_CONFIDENCE = 0.5

/** Whether a structure was found with little confidence. */
export function isUnsure({ status, confidence }: StructureRow): boolean {
  return status === 'found' && confidence !== null && confidence < LOW_CONFIDENCE
}

/** What became of a structure, in a word or a percentage. */
export function StructureBadge({ row }: { readonly row: StructureRow }): JSX.Element {
  switch (row.status) {
    case 'waiting':
      return <span class="badge quiet">waiting</span>
    case 'not-found':
      return <span class="badge bad">not found</span>
    case 'failed':
      return <span class="badge bad">failed</span>
    case 'found': {
      const { origin } = row
      if (origin !== undefined && origin.kind !== 'found')
        return (
          <span class="badge quiet" title={originText(origin)}>
            {origin.kind}
          </span>
        )
      if (row.confidence === null) return <span class="badge quiet" />
      const percent = `${Math.round(row.confidence * 100)} %`
      return (
        <span key="confidence" class={isUnsure(row) ? 'badge bad' : 'badge'} title={confidenceText(percent, row)}>
          {isUnsure(row) ? `low ${percent}` : percent}
        </span>
      )
    }
  }
}

/** What a confidence is worth, where that was measured. */
function confidenceText(percent: string, { withinShare }: StructureRow): string {
  if (withinShare === undefined) return `Confidence ${percent}`
  return `Confidence ${percent}: of boxes with such a confidence, ${Math.round(100 * withinShare)} % had walls within 5 mm of the true ones on average, in labelled scans`
}

/** Which tools changed it, and how many voxels. */
function originText({ voxelsByTool }: StructureOrigin): string {
  return Object.entries(voxelsByTool)
    .map(([tool, voxels]) => `${tool}: ${voxels} voxels`)
    .join(', ')
}
