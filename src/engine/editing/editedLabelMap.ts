import type { EditedLabels } from '../../protocol/editedLabels.js'
import type { ImageHeader } from '../../imageio/imageHeader.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'
import { applyRuns, largestAfter, type LabelArray, type VoxelRuns } from '../../shared/labelEdit/voxelRuns.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { unpackRunsWithin } from '../../shared/node/packedRuns.js'
import { fileStamp } from '../../shared/node/wholeFiles.js'
import { openImage } from '../scanFiles/openImage.js'
import { readLabelMap } from '../scanFiles/readLabelMap.js'

/** A label map with all edits in it. */
export interface EditedLabelMap {
  /**
   * In the storage order of its own file, which need not be that of the scan. The next request changes it in place: what
   * is used after another request may have come must be copied.
   */
  readonly labels: LabelVolume
  /** Header of the file that it came from; of the scan for a new one. */
  readonly header: ImageHeader
  /** Size and time of the file that it came from; null for a new one. */
  readonly stamp: string | null
  /** Whether it did not come from a file. */
  readonly isNew: boolean
}

/** Label maps that are being edited. The last one is kept, so that the next request brings new edits only. */
export class EditedLabelMaps {
  private kept: (EditedLabelMap & { readonly session: string; readonly edits: number }) | null = null
  /** Requests are taken in their order: each may build on the one before. */
  private turn: Promise<unknown> = Promise.resolve()

  /**
   * Opens a label map and applies its edits. A file that changed since it was opened is read again every time, and the
   * edits that stand are applied to what it holds now: what edits were made on would not be right if they were taken back.
   * @throws MedlsamError `input` when it cannot be read or an edit does not fit
   */
  openEditedLabelMap(labels: EditedLabels): Promise<EditedLabelMap> {
    const opened = this.turn.then(() => this.open(labels))
    this.turn = opened.catch(() => undefined)
    return opened
  }

  /** What was written to `file` is the file now: edits that follow count from there. */
  async setSaved(session: string, file: string, stamp: string): Promise<void> {
    const header = await openImage(file)
    if (this.kept?.session === session) this.kept = { ...this.kept, header, stamp, isNew: false, edits: 0 }
  }

  private async open(request: EditedLabels): Promise<EditedLabelMap> {
    const { kept } = this
    // A file that is gone meanwhile takes nothing away from what is kept.
    const stamp = request.basePath === null ? null : await fileStamp(request.basePath).catch(() => null)
    const isOther = stamp !== null && stamp !== request.baseStamp
    const isKept = kept?.session === request.session && !isOther && (stamp === null || stamp === kept.stamp)
    const known = isKept ? kept.edits : 0
    if (known < request.firstEdit || (isOther && request.areStanding !== true))
      throw new MedlsamError(
        'usage',
        `The edits of the labels of ${request.scanPath} so far are not known any more, or not to its file.`,
        request.scanPath,
        { remedy: { option: 'allEdits' } },
      )
    const base = isKept ? kept : { ...(await openBase(request)), stamp, isNew: request.basePath === null }
    // Those that are known already come again where the answer to a request was lost.
    const fresh = request.edits.slice(known - request.firstEdit).map((edit) => unpacked(edit, base.labels))
    const labels = withEdits(base.labels, fresh)
    this.kept = { ...base, labels, session: request.session, edits: known + fresh.length }
    return this.kept
  }
}

async function openBase({ basePath, scanPath }: EditedLabels): Promise<Pick<EditedLabelMap, 'labels' | 'header'>> {
  const header = await openImage(basePath ?? scanPath)
  if (basePath !== null) return { labels: await readLabelMap(basePath), header }
  const { size, affine } = header
  return { labels: { data: new Uint8Array(size[0] * size[1] * size[2]), size, affine }, header }
}

function unpacked(text: string, { data }: LabelVolume): VoxelRuns {
  const runs = unpackRunsWithin(text, data.length)
  if (runs === null)
    throw new MedlsamError('input', 'An edit does not fit its label map, which has fewer voxels now: open it again.')
  return runs
}

/** Applies edits in place, in a wider array where a value needs it. */
function withEdits(labels: LabelVolume, edits: readonly VoxelRuns[]): LabelVolume {
  const largest = Math.max(0, ...edits.map(largestAfter))
  const data = widened(labels.data, largest)
  for (const runs of edits) applyRuns(data, runs)
  return { ...labels, data }
}

function widened(data: LabelArray, largest: number): LabelArray {
  return data instanceof Uint8Array && largest > 0xff ? new Uint16Array(data) : data
}
