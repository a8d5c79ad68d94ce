/** The wire between the extension host and the scan editor's webview: two closed unions, nothing else. */
import type { BoxMm, ExtremePoints, ExtremeSide, PointMm } from '../shared/geometry/points.js'
import type { ScanPoints } from '../shared/scanPoints.js'
import type { LabelComparison } from '../shared/labelComparison.js'
import type { Progress } from '../shared/progress.js'
import type { StructureStatus } from '../shared/structure.js'
import type { EditedStructure, StructureOrigin } from '../shared/labelEdit/editedStructure.js'
import type { RefinePoint } from '../shared/refinement.js'
import type { DrawnSlice, LabelEdit } from '../shared/labelEdit/labelEdit.js'
import type { VoxelRuns } from '../shared/labelEdit/voxelRuns.js'
import type { KeyHelp, ViewCommand } from './viewCommand.js'

/** A file that the webview fetches by itself. */
export interface FileSource {
  /** File name, for the user. */
  readonly name: string
  /** Address that the webview may fetch. */
  readonly url: string
  readonly sizeBytes: number
}

/** A structure of a label map or of a run that is going on. */
export interface ListedStructure {
  readonly name: string
  readonly labelValue: number
  readonly color: string
  readonly status: StructureStatus | 'waiting'
  readonly reason?: string | undefined
  /** Null where the label map has no sidecar. */
  readonly confidence: number | null
  /** Share of boxes with such a confidence whose walls were within 5 mm; absent where that was not measured. */
  readonly withinShare?: number | undefined
  readonly volumeMl: number | null
  readonly boxMm: BoxMm | null
  readonly extremePointsMm: ExtremePoints | null
  /** Where its mask comes from; absent where nobody has edited it. */
  readonly origin?: StructureOrigin | undefined
  readonly isLocked?: boolean
}

/** A label map on display. `structures` is empty when no sidecar or table names them. */
export interface LabelMapView {
  /** File name. */
  readonly name: string
  /** Null for one that is drawn here and was not saved yet: it is empty and lies on the scan's grid. */
  readonly file: FileSource | null
  /** Another number says that it is to be drawn again from the file although that is the same. */
  readonly version: number
  readonly structures: readonly ListedStructure[]
  readonly warnings: readonly string[]
  /** The file that names the values; null for the details of a run, or none. */
  readonly namesFrom: string | null
  /** Whether that file is about more label maps than this one, which may not hold all of it. */
  readonly areNamesShared: boolean
}

/** A comparison of the label map on display with another one, the reference. */
export interface ComparisonView extends LabelComparison {
  /** Whether something was changed since it was made. */
  readonly isStale: boolean
  readonly reference: FileSource
}

/** What stands in the run panel. */
export type RunView =
  | { readonly kind: 'idle' }
  /** Waits for the run of another scan or folder. */
  | { readonly kind: 'queued'; readonly name: string; readonly behind: string }
  | {
      readonly kind: 'running'
      /** What is stopped with it: this scan, or the folder that it is done with. */
      readonly name: string
      readonly progress: Progress | null
      readonly structures: readonly ListedStructure[]
      /** How many structures can be kept when it ends now. */
      readonly finished: number
      /** It has been told to end with what is finished. */
      readonly isEnding: boolean
    }
  /** `next` is the button below the message. */
  | {
      readonly kind: 'failed'
      readonly message: string
      readonly next: { readonly action: 'retry' | 'remedy'; readonly label: string } | null
    }
  | { readonly kind: 'cancelled' }
  /** Boxes and points, without masks. */
  | {
      readonly kind: 'localized'
      readonly summary: string
      readonly warnings: readonly string[]
      readonly structures: readonly ListedStructure[]
    }
  | {
      readonly kind: 'done'
      readonly summary: string
      readonly warnings: readonly string[]
      /** What undoing it does; null where that cannot be done any more. */
      readonly undo: { readonly label: string } | null
    }

/** Host to webview. */
export type ToScanView =
  | {
      readonly type: 'open'
      /** What users call it. */
      readonly name: string
      readonly scan: FileSource
      readonly limitBytes: number
      readonly points: ScanPoints
      readonly keys: readonly KeyHelp[]
      /** The views as the webview left them: of this scan, and of the scan looked at last. Only the webview knows their shape. */
      readonly view: { readonly own: unknown; readonly latest: unknown }
      /** False where the workspace is not trusted or virtual: view only. */
      readonly canRun: boolean
      /** Whether the file is a label map itself; then the scan beside it that it belongs to, null for none. */
      readonly labelMapItself: { readonly scanName: string | null } | null
    }
  /** The scan is made of a DICOM series: so many of its slices have been read. */
  | { readonly type: 'reading'; readonly name: string; readonly done: number; readonly total: number }
  /** The scan cannot be had: said in the editor, which offers to try again. */
  | { readonly type: 'problem'; readonly name: string; readonly text: string }
  /** What was wrong may be right now: a scan that could not be shown is tried again. */
  | { readonly type: 'tryAgain' }
  | { readonly type: 'canRun'; readonly canRun: boolean }
  | { readonly type: 'points'; readonly points: ScanPoints; readonly activate?: string }
  | { readonly type: 'labelMaps'; readonly names: readonly string[]; readonly shown: LabelMapView | null }
  | { readonly type: 'run'; readonly run: RunView }
  /** Masks of a run that is going on, over any label map; null when it is over. */
  | { readonly type: 'preview'; readonly file: FileSource | null }
  /** An image to lay over the scan; null for none. */
  | { readonly type: 'second'; readonly file: FileSource | null }
  /** How the label map on display differs from another one; null for no comparison. */
  | { readonly type: 'comparison'; readonly comparison: ComparisonView | null }
  /** Whether something was changed since the comparison was made. */
  | { readonly type: 'comparisonStale'; readonly isStale: boolean }
  | { readonly type: 'crosshair'; readonly pointMm: PointMm }
  | { readonly type: 'command'; readonly command: ViewCommand }
  /** A slice or a point in mm, as the user wrote it. */
  | { readonly type: 'goTo'; readonly text: string }
  /** What was edited in a label map since this editor drew it or was told last. */
  | {
      readonly type: 'labelEdits'
      readonly labelMap: string
      /** In order; where the edit was made here, its voxels are left out. */
      readonly runs: readonly VoxelRuns[]
      /** As they are now. */
      readonly structures: readonly EditedStructure[]
      /** Where they were drawn by hand: no change is carried there. */
      readonly drawnSlices: readonly DrawnSlice[]
      /** Label value of the structure to go on with, where that is another one. */
      readonly activate?: number
    }
  /** A label map that is drawn was saved and so is the file at this address: it need not be read again. */
  | { readonly type: 'labelMapSaved'; readonly labelMap: string; readonly file: FileSource }
  /**
   * What a correction that is still going on changes, to be shown at once and taken back by the next of these messages,
   * or by any edit; null for nothing any more.
   */
  | { readonly type: 'earlyCorrection'; readonly labelMap: string; readonly runs: VoxelRuns | null }
  /** How the segmenter's corrections stand. */
  | { readonly type: 'corrections'; readonly corrections: CorrectionsView }
  /** The view of an editor that this one is linked with. */
  | { readonly type: 'linkedView'; readonly view: unknown }

/** What the webview asks the host to do with the points. */
export type PointsRequest =
  | { readonly kind: 'add' }
  | { readonly kind: 'rename'; readonly structure: string }
  | { readonly kind: 'recolor'; readonly structure: string }
  | { readonly kind: 'remove'; readonly structure: string }
  | { readonly kind: 'place'; readonly structure: string; readonly side: ExtremeSide; readonly pointMm: PointMm }
  | { readonly kind: 'unplace'; readonly structure: string; readonly side: ExtremeSide }

/** What the segmenter is correcting: points that were set on a structure, and whether it is at work. */
export interface CorrectionsView {
  /** The structure that the points are about; null for none. */
  readonly labelValue: number | null
  readonly points: readonly RefinePoint[]
  /** Axial slices, 0 the lowest, to which no change is carried. */
  readonly fixedSlices: readonly number[]
  readonly isBusy: boolean
}

/** No points, and nothing at work. */
export const NO_CORRECTIONS: CorrectionsView = { labelValue: null, points: [], fixedSlices: [], isBusy: false }

/** What the webview asks the segmenter to do with a structure of a label map. */
export type CorrectionRequest =
  | { readonly kind: 'addPoint'; readonly labelValue: number; readonly point: RefinePoint }
  | { readonly kind: 'movePoint'; readonly index: number; readonly pointMm: PointMm }
  | { readonly kind: 'removePoint'; readonly index: number }
  /** Lets the points go and keeps what they did. */
  | { readonly kind: 'leavePoints' }
  | { readonly kind: 'fixSlice'; readonly slice: number; readonly isFixed: boolean }
  /** Segments the structure again in a box. */
  | { readonly kind: 'box'; readonly labelValue: number; readonly boxMm: BoxMm }
  /** Segments it again in its box another way, which the host asks for. */
  | { readonly kind: 'again'; readonly labelValue: number }
  | { readonly kind: 'stop' }

/** What the webview asks the host to do with the structures of a label map; `runs` are the voxels that it takes. */
export type StructuresRequest =
  | { readonly kind: 'add' }
  | { readonly kind: 'rename'; readonly labelValue: number }
  | { readonly kind: 'recolor'; readonly labelValue: number }
  | { readonly kind: 'lock'; readonly labelValue: number; readonly isLocked: boolean }
  | { readonly kind: 'delete'; readonly labelValue: number; readonly runs: VoxelRuns }
  /** Into which one the host asks; `runs` set the structure's voxels to 0. */
  | { readonly kind: 'merge'; readonly labelValue: number; readonly runs: VoxelRuns }

/** Buttons of the webview that run a command of the host. */
export const SCAN_ACTIONS = [
  'segment',
  'cancel',
  'keepFinished',
  'retry',
  'remedy',
  'undoRun',
  'takePoints',
  'closeRun',
  'newLabelMap',
  'importLabels',
  'deleteLabelMap',
  'showOverScan',
  'chooseSecond',
  'removeSecond',
  'compare',
  'compareAgain',
  'closeComparison',
  'copyComparison',
  'saveComparison',
  'statistics',
  'addToSet',
  'useLabelMap',
] as const

/** One of {@link SCAN_ACTIONS}. */
export type ScanAction = (typeof SCAN_ACTIONS)[number]

/** Webview to host. */
export type FromScanView =
  | { readonly type: 'ready' }
  | { readonly type: 'focus'; readonly focused: boolean }
  | { readonly type: 'crosshair'; readonly pointMm: PointMm }
  /** `isLinked`: editors that are linked with this one follow. */
  | { readonly type: 'view'; readonly view: unknown; readonly isLinked: boolean }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'picture'; readonly plane: string; readonly png: Uint8Array }
  | { readonly type: 'say'; readonly text: string }
  /** What had to be guessed of the scan that is shown now. */
  | { readonly type: 'warnings'; readonly texts: readonly string[] }
  | { readonly type: 'showLabelMap'; readonly name: string | null }
  | { readonly type: 'points'; readonly request: PointsRequest }
  /** A label map has been drawn as its file has it: what was edited since is wanted. Null where none is drawn. */
  | { readonly type: 'labelsDrawn'; readonly labelMap: string | null }
  /** An edit that was made, and is drawn, here. */
  | { readonly type: 'labelEdit'; readonly labelMap: string; readonly edit: LabelEdit }
  /** Labels are edited here now, or not any more: keys of tools work while they are. */
  | { readonly type: 'editing'; readonly isOn: boolean }
  | { readonly type: 'correct'; readonly labelMap: string; readonly request: CorrectionRequest }
  | { readonly type: 'structures'; readonly labelMap: string; readonly request: StructuresRequest }
  | { readonly type: 'action'; readonly action: ScanAction }
