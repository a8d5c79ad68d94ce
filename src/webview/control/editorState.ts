import type { FileSource, LabelMapView, RunView } from '../../protocol/scanEditor.js'
import type { KeyHelp } from '../../protocol/viewCommand.js'
import { NO_POINTS, type ScanPoints } from '../../shared/scanPoints.js'
import type { LabelFacts, Reading } from '../viewer/viewer.js'
import { FIRST_VIEW, type ViewState } from '../viewer/viewState.js'
import type { ActivePoint } from './pointPlacement.js'
import { structureRows, type StructureRow } from './structureRows.js'

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
  /** The file that is drawn, or is being read to be drawn. */
  readonly drawnUrl: string | null
  /** What is drawn; null while nothing is, or while a file is being read. */
  readonly shown: ShownLabels | null
  readonly facts: readonly LabelFacts[]
  readonly isBusy: boolean
  readonly problem: string | null
}

/** Everything that the page shows. */
export interface EditorState {
  readonly scanName: string
  readonly keys: readonly KeyHelp[]
  /** False where the workspace is not trusted or virtual. */
  readonly canRun: boolean
  readonly isScanShown: boolean
  readonly notice: Notice
  readonly view: ViewState
  readonly reading: Reading | null
  readonly labels: LabelState
  readonly run: RunView
  readonly points: ScanPoints
  /** The structure whose points are being placed. */
  readonly active: ActivePoint | null
  readonly isHelpShown: boolean
}

/** The page before the first message of the host. */
export const FIRST_STATE: EditorState = {
  scanName: '',
  keys: [],
  canRun: false,
  isScanShown: false,
  notice: { kind: 'blank' },
  view: FIRST_VIEW,
  reading: null,
  labels: {
    names: [],
    map: null,
    preview: null,
    drawnUrl: null,
    shown: null,
    facts: [],
    isBusy: false,
    problem: null,
  },
  run: { kind: 'idle' },
  points: NO_POINTS,
  active: null,
  isHelpShown: false,
}

/** The rows of the list of structures. */
export function rowsOf({ run, labels }: EditorState): StructureRow[] {
  return structureRows(run, labels.map?.structures ?? [], labels.facts)
}
