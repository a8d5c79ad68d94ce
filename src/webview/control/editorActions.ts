import type { PointsRequest, ScanAction } from '../../protocol/scanEditor.js'
import type { ViewCommand } from '../../protocol/viewCommand.js'
import type { ExtremeSide, PointMm } from '../../shared/geometry/points.js'
import type { CorrectionControl } from './correctionControl.js'
import type { EditControl } from './editControl.js'
import type { Plane } from '../viewer/projection.js'
import type { SecondLook } from '../viewer/secondImage.js'
import type { ViewState } from '../viewer/viewState.js'

/** What the controls ask of the tools that draw labels. */
export type EditActions = Pick<EditControl, 'change' | 'activateLabel' | 'changeStructures' | 'takeAway'>

/** What the controls ask of the segmenter's corrections. */
export type CorrectionActions = Pick<
  CorrectionControl,
  'removePoint' | 'leavePoints' | 'toggleFixed' | 'again' | 'stop'
>

/** What the controls of the page ask for. */
export interface EditorActions {
  /** Draws labels, and changes the structures of a label map. */
  readonly edit: EditActions
  readonly corrections: CorrectionActions
  /** Asks the host for the scan again. */
  retry(): void
  command(name: ViewCommand): void
  changeView(next: Partial<ViewState>): void
  /** Runs a command of the host. */
  act(action: ScanAction): void
  /** Shows a label map beside the scan; null for none. */
  pickLabelMap(name: string | null): void
  toggleLabel(labelValue: number): void
  showAllLabels(shown: boolean): void
  jumpToLabel(labelValue: number): void
  /** Shows one label alone, or all again. */
  showOnlyLabel(labelValue: number): void
  /** The menu of a structure opens. */
  openMenuOn(labelValue: number): void
  /** Goes to a slice of a plane, counted from 0. */
  showSlice(plane: Plane, index: number): void
  changePoints(request: PointsRequest): void
  /** Starts placing the points of a structure, `side` first; null stops. */
  activate(structure: string | null, side: ExtremeSide | null): void
  /** Whether a plain click places points. */
  setPlacing(isPlacing: boolean): void
  moveTo(pointMm: PointMm): void
  /** The planes got or lost the keyboard. */
  reportFocus(focused: boolean): void
  /** Shows a volume of a 4D image, counted from 0. */
  showTimePoint(timePoint: number): void
  /** Draws the image over the scan another way. */
  changeSecond(next: Partial<SecondLook>): void
  showHeader(isShown: boolean): void
  closeHelp(): void
}
