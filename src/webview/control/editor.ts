import type { FromScanView, PointsRequest, ScanAction, ToScanView } from '../../protocol/scanEditor.js'
import type { ViewCommand } from '../../protocol/viewCommand.js'
import type { ExtremeSide, PointMm } from '../../shared/geometry/points.js'
import type { EditorActions } from './editorActions.js'
import type { ViewState } from '../viewer/viewState.js'
import { rowsOf } from './editorState.js'
import { EditorStore } from './editorStore.js'
import { LabelDisplay } from './labelDisplay.js'
import { PointControl } from './pointControl.js'
import { ScanOpener, type OpenerParts } from './scanOpener.js'
import { ViewControl } from './viewControl.js'

/** The scan editor behind the page: obeys the host's messages and the page's controls. */
export class Editor implements EditorActions {
  readonly store = new EditorStore()
  readonly points: PointControl
  readonly view: ViewControl
  private readonly labels: LabelDisplay
  private readonly opener: ScanOpener

  constructor(
    private readonly post: (message: FromScanView) => void,
    planes: Pick<OpenerParts, 'canvas' | 'onDraw'>,
  ) {
    this.points = new PointControl(this.store, post)
    this.view = new ViewControl(this.store, this.points, post)
    this.labels = new LabelDisplay(this.store, (viewer) => {
      this.view.paint(viewer)
    })
    this.opener = new ScanOpener(this.store, { ...planes, view: this.view, labels: this.labels })
  }

  receive(message: ToScanView): void {
    switch (message.type) {
      case 'open':
        void this.opener.open(message)
        return
      case 'problem':
        this.store.update({
          scanName: message.name,
          notice: { kind: 'problem', name: message.name, text: message.text },
        })
        return
      case 'canRun':
        this.store.update({ canRun: message.canRun })
        return
      case 'points':
        this.points.set(message.points, message.activate)
        return
      case 'labelMaps':
        this.labels.setLabelMaps(message.names, message.shown)
        return
      case 'run':
        this.store.update({ run: message.run })
        return
      case 'preview':
        this.labels.setPreview(message.file)
        return
      case 'crosshair':
        this.view.follow(message.pointMm)
        return
      case 'command':
        this.view.command(message.command)
        return
    }
  }

  retry(): void {
    this.post({ type: 'ready' })
  }

  command(name: ViewCommand): void {
    this.view.command(name)
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
    this.view.change({ hiddenLabels: shown ? [] : rowsOf(this.store.state).map(({ labelValue }) => labelValue) })
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
    this.store.viewer?.moveTo(pointMm)
  }

  reportFocus(focused: boolean): void {
    this.post({ type: 'focus', focused })
  }

  closeHelp(): void {
    this.store.update({ isHelpShown: false })
  }
}
