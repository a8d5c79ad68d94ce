import {
  NO_CORRECTIONS,
  type ComparisonView,
  type CorrectionsView,
  type FileSource,
  type LabelMapView,
  type RunView,
} from '../../protocol/scanEditor.js'
import type { KeyHelp } from '../../protocol/viewCommand.js'
import { NO_POINTS, type ScanPoints } from '../../shared/scanPoints.js'
import type { CtWindow } from '../../shared/ctWindow.js'
import type { EditedStructure } from '../../shared/labelEdit/editedStructure.js'
import type { DrawnSlice } from '../../shared/labelEdit/labelEdit.js'
import type { Affine } from '../../shared/geometry/affine.js'
import type { BoxMm, Size3 } from '../../shared/geometry/points.js'
import type { ImageFacts } from '../reader/shownImage.js'
import type { SecondLook } from '../viewer/secondImage.js'
import type { Measured } from '../viewer/overlayScene.js'
import type { Reading } from '../viewer/reading.js'
import type { LabelFacts } from '../viewer/shownLabels.js'
import type { Plane } from '../viewer/projection.js'
import { FIRST_VIEW, type ViewState } from '../viewer/viewState.js'
import { NOT_EDITING, type EditState } from './editState.js'
import type { ActivePoint } from './pointPlacement.js'
import { structureRows, withEdits, type StructureRow } from './structureRows.js'

/** What covers the planes. */
export type Notice =
  | { readonly kind: 'none' }
  /** Before the first message of the host. */
  | { readonly kind: 'blank' }
  | { readonly kind: 'loading'; readonly text: string; readonly done: number; readonly total: number }
  | { readonly kind: 'problem'; readonly name: string; readonly text: string }

/** The labels that are drawn: those of a label map, or the masks of a run that is going on. */
export type ShownLabels =
  { readonly kind: 'labelMap'; readonly name: string } | { readonly kind: 'preview'; readonly labelCount: number }

/** Which labels are wanted and which are drawn. */
export interface LabelState {
  /** Names of the label maps beside the scan. */
  readonly names: readonly string[]
  /** The one that was chosen. */
  readonly map: LabelMapView | null
  /** Masks of a run that is going on: they lie over any label map until it ends. */
  readonly preview: FileSource | null
  /** Stands for the file that is drawn, or is being read to be drawn. */
  readonly drawnKey: string | null
  /** What is drawn; null while nothing is, or while a file is being read. */
  readonly shown: ShownLabels | null
  readonly facts: readonly LabelFacts[]
  /** The structures as they are edited; null where the labels cannot be edited, or not yet. */
  readonly structures: readonly EditedStructure[] | null
  /** Where structures were drawn by hand. */
  readonly drawnSlices: readonly DrawnSlice[]
  /** Label value of the structure that tools draw; null for none. */
  readonly activeLabel: number | null
  readonly isBusy: boolean
  readonly problem: string | null
}

/** What kind of image the scan is, and what its header says. */
export interface ImageState {
  readonly isCt: boolean
  /** The window that shows all that it holds. */
  readonly fullWindow: CtWindow
  readonly facts: ImageFacts
  readonly size: Size3
  readonly affine: Affine
  /** Which volume of a 4D image is shown, from 0. */
  readonly timePoint: number
}

/** An image that is laid over the scan. */
export interface SecondState {
  readonly name: string
  /** Null while it is read, or where it cannot be shown. */
  readonly look: SecondLook | null
  readonly problem: string | null
}

/** The comparison of the label map on display with another one. */
export interface ComparisonState {
  readonly view: ComparisonView
  /** Whether something was changed since it was made. */
  readonly isStale: boolean
  /** Why the other one cannot be drawn. */
  readonly problem: string | null
}

/** Everything that the page shows. */
export interface EditorState {
  readonly scanName: string
  readonly keys: readonly KeyHelp[]
  /** False where the workspace is not trusted or virtual. */
  readonly canRun: boolean
  readonly isScanShown: boolean
  /** Whether the file is a label map itself; then the scan beside it that it belongs to, null for none. */
  readonly labelMapItself: { readonly scanName: string | null } | null
  readonly image: ImageState | null
  readonly second: SecondState | null
  readonly comparison: ComparisonState | null
  readonly isHeaderShown: boolean
  readonly notice: Notice
  readonly view: ViewState
  /** What lies under the crosshair, and under the mouse. */
  readonly reading: Reading | null
  readonly hover: Reading | null
  /** The plane under the mouse or on display: keys act in it. */
  readonly activePlane: Plane
  readonly labels: LabelState
  readonly edit: EditState
  readonly run: RunView
  readonly points: ScanPoints
  /** What the segmenter corrects. */
  readonly corrections: CorrectionsView
  /** The box of a structure of a label map as it was drawn or dragged; null for none. */
  readonly drawnBox: { readonly labelMap: string; readonly labelValue: number; readonly boxMm: BoxMm } | null
  /** The structure whose points are being placed. */
  readonly active: ActivePoint | null
  readonly isHelpShown: boolean
  /** Whether a plain click places points, and not only a double click. */
  readonly isPlacing: boolean
  /** While this is on a drag measures. */
  readonly isMeasuring: boolean
  readonly measured: Measured | null
  /** True where the page is too narrow for the side panel, until it is asked for. */
  readonly isPanelFolded: boolean
}

/** The page before the first message of the host. */
export const FIRST_STATE: EditorState = {
  scanName: '',
  keys: [],
  canRun: false,
  isScanShown: false,
  labelMapItself: null,
  image: null,
  second: null,
  comparison: null,
  isHeaderShown: false,
  notice: { kind: 'blank' },
  view: FIRST_VIEW,
  reading: null,
  hover: null,
  activePlane: 'axial',
  labels: {
    names: [],
    map: null,
    preview: null,
    drawnKey: null,
    shown: null,
    facts: [],
    structures: null,
    drawnSlices: [],
    activeLabel: null,
    isBusy: false,
    problem: null,
  },
  edit: NOT_EDITING,
  run: { kind: 'idle' },
  points: NO_POINTS,
  corrections: NO_CORRECTIONS,
  drawnBox: null,
  active: null,
  isHelpShown: false,
  isPlacing: false,
  isMeasuring: false,
  measured: null,
  isPanelFolded: false,
}

/** Whether the side panel is there. */
export function isPanelShown({ view, isPanelFolded }: EditorState): boolean {
  return view.panelOpen && !isPanelFolded
}

/** The rows of the list of structures. */
export function rowsOf({ run, labels, points }: EditorState): StructureRow[] {
  const { map, facts, structures } = labels
  const isThere = (value: number): boolean => facts.length === 0 || facts.some(({ labelValue }) => labelValue === value)
  const named = withEdits(map?.structures ?? [], structures).filter(
    ({ labelValue, origin }) => map?.areNamesShared !== true || isThere(labelValue) || origin?.kind === 'drawn',
  )
  return structureRows(run, named, facts, points.structures)
}
