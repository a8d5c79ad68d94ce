/** What the extension host asks of the engine about labels that are being edited. */
import type { BoxMm, PointMm } from '../shared/geometry/points.js'
import type { NamedValue } from '../shared/labelComparison.js'
import type { EditedStructure } from '../shared/labelEdit/editedStructure.js'
import type { MaskOperation } from '../shared/maskOperation.js'
import type { RefinePoint } from '../shared/refinement.js'
import type { Quality, RunOptions } from '../shared/sidecar.js'
import type { Structure } from '../shared/structure.js'

/** A label map as the user sees it: a file, or nothing yet, and what was changed in it since it was opened. */
export interface EditedLabels {
  readonly scanPath: string
  /** The file; null for a new label map, which is empty and lies on the scan's grid. */
  readonly basePath: string | null
  /** Size and time of the file when it was opened (`fileStamp`); null for a new one. */
  readonly baseStamp: string | null
  /** Names this label map among those whose edits the engine has applied already. */
  readonly session: string
  /** How many edits came before `edits`, in requests of the same session. */
  readonly firstEdit: number
  /** What changed, in order, each packed by `packRuns`. Taking an edit back is an edit too. */
  readonly edits: readonly string[]
  /** Whether all edits that were taken back are empty here, and so is what took them back; false when absent. */
  readonly areStanding?: boolean
}

/** A label map to write. */
export interface SaveLabelMapRequest {
  readonly labels: EditedLabels
  /** Where to: onto the file it came from, or another name. */
  readonly out: string
  readonly structures: readonly EditedStructure[]
  /** Write it although the file is not the one that was opened any more, or is not ours. */
  readonly force?: boolean
  /** Whether the label map that is edited stays as it is, unsaved edits included; false when absent. */
  readonly isCopy?: boolean
}

/** What was written. */
export interface SavedLabelMap {
  readonly labelMapPath: string
  /** Of the file as it is now. */
  readonly stamp: string
}

/** How one structure of a label map is corrected. */
interface CorrectedLabels {
  readonly labels: EditedLabels
  readonly structure: Pick<Structure, 'name' | 'labelValue'>
  /** Label values of structures whose voxels stay. */
  readonly lockedValues: readonly number[]
  /** Id or files of the segmenter; the embedded one when absent. */
  readonly segmenter?: string
  /** Window to show the scan in; the segmenter's own when absent. */
  readonly windowHu?: RunOptions['windowHu']
}

/** Correct a structure by points on axial slices. */
export interface RefineRequest extends CorrectedLabels {
  /** All points that count. */
  readonly points: readonly RefinePoint[]
  /** Slices of the axial view, 0 the lowest, that keep their masks. */
  readonly fixedSlices: readonly number[]
  /**
   * What earlier points among these did to the labels, as the last {@link Correction} said: it is taken back first, so that
   * the answer depends on the labels before any point and on the points. Null for the first one.
   */
  readonly made: string | null
  /** The point that was set, moved or taken away last: its slice is answered first. The last point when absent. */
  readonly latestMm?: PointMm
}

/** Segment a structure again in a box. */
export interface SegmentBoxRequest extends CorrectedLabels {
  readonly boxMm: BoxMm
  /** `balanced` when absent. */
  readonly quality?: Quality
  /**
   * Templates that know what the structure looks like: as in a {@link LocalizeRequest}; those of the run that made the
   * label map when absent.
   */
  readonly templates?: string
  /** Whether the mask that is there, stretched to the box, counts as a first idea; true when absent. */
  readonly keepsShape?: boolean
}

/** What a correction changes; both packed by `packRuns`. */
export interface Correction {
  /** From the labels as they were sent. */
  readonly runs: string
  /** From the labels before any of the points was set; the same as `runs` for a box. */
  readonly made: string
}

/** What to do to the mask of one structure of a label map that is being edited. */
export interface OperateRequest {
  readonly labels: EditedLabels
  readonly labelValue: number
  readonly operation: MaskOperation
  /** Structures that keep all their voxels. */
  readonly lockedValues: readonly number[]
  /** Edits to go by, each packed by `packRuns`; only where the operation goes by what was edited. */
  readonly edited: readonly string[]
}

/** What it changes, packed by `packRuns`. */
export interface OperateAnswer {
  readonly runs: string
  /** What it would take of other structures that are not locked, after `runs`. */
  readonly fromOthers: string
}

/** A label map that is being edited, to be measured; values without a name are called `Label 7`. */
export interface LabelStatisticsRequest {
  readonly labels: EditedLabels
  readonly names: readonly NamedValue[]
}

/** The same, to be compared with the file of another one. */
export interface CompareLabelMapsRequest extends LabelStatisticsRequest {
  readonly referencePath: string
  readonly referenceNames: readonly NamedValue[]
}
