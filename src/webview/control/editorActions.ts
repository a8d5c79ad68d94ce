import type { PointsRequest, ScanAction } from '../../protocol/scanEditor.js'
import type { ViewCommand } from '../../protocol/viewCommand.js'
import type { ExtremeSide, PointMm } from '../../shared/geometry/points.js'
import type { ViewState } from '../viewer/viewState.js'

/** What the controls of the page ask for. */
export interface EditorActions {
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
  changePoints(request: PointsRequest): void
  /** Starts placing the points of a structure, `side` first; null stops. */
  activate(structure: string | null, side: ExtremeSide | null): void
  moveTo(pointMm: PointMm): void
  /** The planes got or lost the keyboard. */
  reportFocus(focused: boolean): void
  closeHelp(): void
}
