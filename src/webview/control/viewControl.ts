import type { FromScanView } from '../../protocol/scanEditor.js'
import type { ViewCommand } from '../../protocol/viewCommand.js'
import type { CtWindow } from '../../shared/ctWindow.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import type { PointMm } from '../../shared/geometry/points.js'
import type { Plane } from '../viewer/projection.js'
import { runViewCommand } from './viewCommands.js'
import type { Reading, Viewer } from '../viewer/viewer.js'
import { FIRST_VIEW, parseViewState, type ViewState } from '../viewer/viewState.js'
import { rowsOf } from './editorState.js'
import type { EditorStore } from './editorStore.js'
import type { PointControl } from './pointControl.js'

/** Dragging changes the view many times a second; the host keeps the last one. */
const REMEMBER_AFTER_MS = 300

/** How the scan is looked at: changes the view, keeps the planes in step with it, and lets the host remember it. */
export class ViewControl {
  private timer: number | undefined
  /** The plane under the mouse or on display: arrow keys move in it. */
  private plane: Plane = 'axial'
  /** True while a crosshair of another editor is followed: it must not be sent back. */
  private isFollowing = false

  constructor(
    private readonly store: EditorStore,
    private readonly points: PointControl,
    private readonly post: (message: FromScanView) => void,
  ) {}

  /** Takes up the view as the host remembers it. */
  start(remembered: unknown): void {
    const view = parseViewState(remembered) ?? FIRST_VIEW
    this.store.update({ view })
    this.followLayout(view)
  }

  change(next: Partial<ViewState>): void {
    const before = this.store.state.view
    const view = { ...before, ...next }
    this.store.update({ view })
    const { viewer } = this.store
    if (viewer) {
      if (view.layout !== before.layout) viewer.setLayout(view.layout)
      if (view.levelHu !== before.levelHu || view.widthHu !== before.widthHu) viewer.setWindow(view)
      if (view.radiological !== before.radiological) viewer.setConvention(view.radiological)
      if (view.crosshairShown !== before.crosshairShown) viewer.setCrosshairShown(view.crosshairShown)
      if (
        view.opacity !== before.opacity ||
        view.outline !== before.outline ||
        view.overlayShown !== before.overlayShown
      )
        this.applyOverlay(viewer)
      if (view.hiddenLabels !== before.hiddenLabels) this.paintLabels(viewer)
    }
    if (view.layout !== before.layout) this.followLayout(view)
    this.remember()
  }

  command(name: ViewCommand): void {
    const { viewer } = this.store
    if (!viewer) return
    runViewCommand(name, {
      viewer,
      view: this.store.state.view,
      plane: this.plane,
      change: (next) => {
        this.change(next)
      },
      placeAtCrosshair: () => {
        this.points.placeAtCrosshair()
      },
      deletePoint: () => {
        this.points.deletePoint()
      },
      stepPoint: (step) => {
        this.points.step(step)
      },
      showHelp: () => {
        this.store.update({ isHelpShown: true })
      },
    })
    this.remember()
  }

  /** Brings a scan that was just drawn into the view that was left. */
  restore(viewer: Viewer): void {
    const { view } = this.store.state
    viewer.setLayout(view.layout)
    viewer.setWindow(view)
    viewer.setPanZoom(view.panZoom)
    if (view.crosshairMm) viewer.moveTo(view.crosshairMm)
    else viewer.step(0, 0)
  }

  /** Gives labels that were just drawn their colours, opacity and outline. */
  paint(viewer: Viewer): void {
    this.paintLabels(viewer)
    this.applyOverlay(viewer)
  }

  showReading(reading: Reading): void {
    this.store.update({ reading })
    this.remember()
    if (!this.isFollowing) this.post({ type: 'crosshair', pointMm: reading.pointMm })
  }

  /** The window was dragged on the planes. */
  showWindow({ levelHu, widthHu }: CtWindow): void {
    this.store.update({ view: { ...this.store.state.view, levelHu, widthHu } })
    this.remember()
  }

  showPlane(plane: Plane): void {
    this.plane = plane
  }

  zoomBy(factor: number): void {
    this.store.viewer?.zoomBy(factor)
    this.remember()
  }

  /** Goes where the crosshair of another editor went. */
  follow(pointMm: PointMm): void {
    this.isFollowing = true
    this.store.viewer?.moveTo(pointMm)
    this.isFollowing = false
  }

  toggleLabel(labelValue: number): void {
    const { hiddenLabels } = this.store.state.view
    this.change({
      hiddenLabels: hiddenLabels.includes(labelValue)
        ? hiddenLabels.filter((value) => value !== labelValue)
        : [...hiddenLabels, labelValue],
    })
  }

  /** Goes into the middle of a structure: of its voxels where they are drawn, else of its box. */
  jumpTo(labelValue: number): void {
    const { state, viewer } = this.store
    // During a run the label map on display may still be an older one.
    const isOld = state.run.kind === 'running' && state.labels.preview === null
    const fact = isOld ? undefined : state.labels.facts.find((candidate) => candidate.labelValue === labelValue)
    const box = rowsOf(state).find((row) => row.labelValue === labelValue)?.boxMm
    if (fact) viewer?.moveTo(fact.insideMm)
    else if (box) viewer?.moveTo(mapAxes((axis) => (box.min[axis] + box.max[axis]) / 2))
  }

  private paintLabels(viewer: Viewer): void {
    viewer.paintLabels(rowsOf(this.store.state), this.store.state.view.hiddenLabels)
  }

  private applyOverlay(viewer: Viewer): void {
    const { overlayShown, opacity, outline } = this.store.state.view
    viewer.setOverlay(overlayShown ? opacity : 0, outline)
  }

  private followLayout({ layout }: ViewState): void {
    if (layout !== 'multiplanar') this.plane = layout
  }

  private remember(): void {
    const { viewer, state } = this.store
    if (!viewer || !state.isScanShown) return
    this.store.update({ view: { ...state.view, crosshairMm: viewer.crosshairMm(), panZoom: viewer.panZoom() } })
    window.clearTimeout(this.timer)
    this.timer = window.setTimeout(() => {
      this.post({ type: 'view', view: this.store.state.view })
    }, REMEMBER_AFTER_MS)
  }
}
