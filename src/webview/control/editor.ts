import type { FromScanView, PointsRequest, RunView, ScanAction, ToScanView } from '../../protocol/scanEditor.js'
import type { ViewCommand } from '../../protocol/viewCommand.js'
import type { ExtremeSide, PointMm } from '../../shared/geometry/points.js'
import type { Plane } from '../viewer/projection.js'
import { ComparisonControl } from './comparisonControl.js'
import { EditorCommands } from './editorCommands.js'
import { CorrectionControl } from './correctionControl.js'
import { EditControl } from './editControl.js'
import type { EditorActions } from './editorActions.js'
import type { SecondLook } from '../viewer/secondImage.js'
import type { ViewState } from '../viewer/viewState.js'
import { rowsOf } from './editorState.js'
import { EditorStore } from './editorStore.js'
import { FirstResult } from './firstResult.js'
import { LabelDisplay } from './labelDisplay.js'
import { PointControl } from './pointControl.js'
import { ScanOpener, type OpenerParts } from './scanOpener.js'
import { SecondControl } from './secondControl.js'
import { ViewControl } from './viewControl.js'

/** The scan editor behind the page: obeys the host's messages and the page's controls. */
export class Editor implements EditorActions {
  readonly store = new EditorStore()
  readonly points: PointControl
  readonly view: ViewControl
  readonly edit: EditControl
  readonly corrections: CorrectionControl
  readonly commands: EditorCommands
  private readonly labels: LabelDisplay
  private readonly opener: ScanOpener
  private readonly second: SecondControl
  private readonly comparison: ComparisonControl
  private readonly firstResult = new FirstResult()

  constructor(
    private readonly post: (message: FromScanView) => void,
    planes: Pick<OpenerParts, 'canvas' | 'onDraw'>,
  ) {
    this.points = new PointControl(this.store, post, (side) => {
      this.view.showPlaneOf(side)
    })
    this.view = new ViewControl(this.store, post)
    this.edit = new EditControl(this.store, post, (viewer) => {
      this.view.paint(viewer)
    })
    this.corrections = new CorrectionControl(this.store, post)
    const { view, points, edit, corrections } = this
    this.commands = new EditorCommands(this.store, { view, points, edit, corrections }, post)
    this.labels = new LabelDisplay(this.store, post, (viewer) => {
      this.view.paint(viewer)
    })
    this.second = new SecondControl(this.store)
    this.comparison = new ComparisonControl(this.store)
    this.opener = new ScanOpener(this.store, {
      ...planes,
      view: this.view,
      labels: this.labels,
      onWarnings: (texts) => {
        this.post({ type: 'warnings', texts })
      },
    })
  }

  receive(message: ToScanView): void {
    switch (message.type) {
      case 'open':
        void this.opener.open(message).then(() => {
          this.second.redraw()
          this.comparison.redraw()
        })
        return
      case 'reading':
        this.store.update({
          scanName: message.name,
          notice: { kind: 'loading', text: `Reading ${message.name}…`, done: message.done, total: message.total },
        })
        return
      case 'problem':
        this.store.update({
          scanName: message.name,
          notice: { kind: 'problem', name: message.name, text: message.text },
        })
        return
      case 'tryAgain':
        if (this.store.state.notice.kind === 'problem') this.retry()
        return
      case 'canRun':
        this.store.update({ canRun: message.canRun })
        return
      case 'points':
        this.points.set(message.points, message.activate)
        // The colour of points is that of the label of the same name.
        if (this.store.viewer) this.view.paint(this.store.viewer)
        return
      case 'labelMaps':
        this.labels.setLabelMaps(message.names, message.shown)
        return
      case 'labelEdits':
        this.labels.follow(message)
        return
      case 'earlyCorrection':
        this.labels.showEarly(message)
        return
      case 'corrections':
        this.corrections.set(message.corrections)
        return
      case 'labelMapSaved':
        this.labels.setSaved(message)
        return
      case 'run':
        this.setRun(message.run)
        return
      case 'preview':
        this.labels.setPreview(message.file)
        return
      case 'second':
        void this.second.set(message.file)
        return
      case 'comparison':
        void this.comparison.set(message.comparison)
        return
      case 'comparisonStale':
        this.comparison.setStale(message.isStale)
        return
      case 'crosshair':
        this.view.follow(message.pointMm)
        return
      case 'command':
        this.commands.run(message.command)
        return
      case 'goTo':
        this.commands.goTo(message.text)
        return
      case 'linkedView':
        this.view.followView(message.view)
        return
    }
  }

  private setRun(run: RunView): void {
    const place = this.firstResult.placeFor(run, this.store.viewer?.crosshairMm() ?? null)
    this.store.update({ run })
    if (place) this.view.goTo(place)
  }

  retry(): void {
    this.post({ type: 'ready' })
  }

  command(name: ViewCommand): void {
    this.commands.run(name)
  }

  changeView(next: Partial<ViewState>): void {
    this.view.change(next)
  }

  act(action: ScanAction): void {
    this.post({ type: 'action', action })
  }

  pickLabelMap(name: string | null): void {
    this.post({ type: 'showLabelMap', name })
  }

  toggleLabel(labelValue: number): void {
    this.view.toggleLabel(labelValue)
  }

  showAllLabels(shown: boolean): void {
    this.view.change({
      hiddenLabels: shown
        ? []
        : rowsOf(this.store.state)
            .map(({ labelValue }) => labelValue)
            .filter((value) => value > 0),
    })
  }

  jumpToLabel(labelValue: number): void {
    this.view.jumpTo(labelValue)
  }

  changePoints(request: PointsRequest): void {
    this.post({ type: 'points', request })
  }

  activate(structure: string | null, side: ExtremeSide | null): void {
    this.points.activate(structure, side)
  }

  moveTo(pointMm: PointMm): void {
    this.view.goTo(pointMm)
  }

  reportFocus(focused: boolean): void {
    this.post({ type: 'focus', focused })
  }

  showOnlyLabel(labelValue: number): void {
    this.view.showOnly(labelValue)
  }

  openMenuOn(labelValue: number): void {
    this.commands.openMenu({ kind: null, pointMm: null, labelValue })
  }

  setPlacing(isPlacing: boolean): void {
    this.points.setPlacing(isPlacing)
  }

  showSlice(plane: Plane, index: number): void {
    this.view.showSlice(plane, index)
  }

  showTimePoint(timePoint: number): void {
    void this.opener.showTimePoint(timePoint)
  }

  changeSecond(next: Partial<SecondLook>): void {
    this.second.change(next)
  }

  showHeader(isHeaderShown: boolean): void {
    this.store.update({ isHeaderShown })
  }

  closeHelp(): void {
    this.store.update({ isHelpShown: false })
  }
}
