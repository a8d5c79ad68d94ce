import type { FromScanView } from '../../protocol/scanEditor.js'
import type { CtWindow } from '../../shared/ctWindow.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import type { ExtremeSide, PointMm } from '../../shared/geometry/points.js'
import { panned, revealed, zoomedAt, type PlaneCamera } from '../viewer/planeCamera.js'
import { PLANE_AXES, project, type Plane } from '../viewer/projection.js'
import type { CellKind, Layout } from '../viewer/stageLayout.js'
import type { Reading } from '../viewer/reading.js'
import type { Viewer } from '../viewer/viewer.js'
import { firstView, type ViewState } from '../viewer/viewState.js'
import { planeOfSide } from './pointPlacement.js'
import { rowsOf } from './editorState.js'
import type { EditorStore } from './editorStore.js'

/** Dragging changes the view many times a second; the host keeps the last one. */
const REMEMBER_AFTER_MS = 300
/** Where the side panel would leave the planes too little. */
export const NARROW_PAGE = '(max-width: 700px)'
const MIN_RENDER_ZOOM = 0.4
const MAX_RENDER_ZOOM = 8

/** How the scan is looked at: changes the view, keeps the planes in step with it, and lets the host remember it. */
export class ViewControl {
  private timer: number | undefined
  /** True while a crosshair of another editor is followed: it must not be sent back. */
  private isFollowing = false

  constructor(
    private readonly store: EditorStore,
    private readonly post: (message: FromScanView) => void,
  ) {}

  /** Takes up the view as the host remembers it. */
  start(remembered: Parameters<typeof firstView>[0]): void {
    const view = firstView(remembered)
    this.store.update({ view })
    this.followLayout(view)
  }

  change(next: Partial<ViewState>): void {
    const before = this.store.state.view
    const view = { ...before, ...next }
    this.store.update({ view })
    this.store.viewer?.setView(view)
    if (view.layout !== before.layout || view.mainPlane !== before.mainPlane) this.followLayout(view)
    this.remember()
  }

  /** Brings a scan that was just drawn into the view that was left. */
  restore(viewer: Viewer): void {
    const { view } = this.store.state
    viewer.setView(view)
    const pointMm = view.crosshairMm ?? viewer.crosshairMm()
    if (pointMm) viewer.moveTo(pointMm)
  }

  /** Gives labels that were just drawn their colours. */
  paint(viewer: Viewer): void {
    viewer.paintLabels(rowsOf(this.store.state))
  }

  showReading(reading: Reading): void {
    this.store.update({ reading })
    this.remember()
    if (!this.isFollowing) this.post({ type: 'crosshair', pointMm: reading.pointMm })
  }

  /** A scan that is no CT brings its own window. */
  showWindow({ levelHu, widthHu }: CtWindow): void {
    // One that was remembered stays.
    if (this.store.state.view.crosshairMm === null) this.change({ levelHu, widthHu })
  }

  /** The mouse is over a place of a plane, or over none. */
  hover(plane: Plane | null, pointMm: PointMm | null): void {
    const { viewer, state } = this.store
    const hover = viewer === null || pointMm === null ? null : viewer.readingAt(pointMm)
    this.store.update({ hover, activePlane: plane ?? state.activePlane })
  }

  /** Makes one part fill the stage, or puts it back among the others. */
  maximise(kind: CellKind): void {
    const { layout, backTo } = this.store.state.view
    if (layout === kind) this.change({ layout: backTo ?? 'multiplanar', backTo: null })
    else this.change({ layout: kind, backTo: layout })
  }

  /** Makes the plane that shows a side of a structure the large one, or the only one where there is one. */
  showPlaneOf(side: ExtremeSide): void {
    const plane = planeOfSide(side)
    const { layout } = this.store.state.view
    if (planeOf(layout) !== null) this.change({ layout: plane })
    else this.change({ mainPlane: plane })
  }

  /** Zooms a plane; what is under the mouse stays there. */
  zoomAt(plane: Plane, at: readonly [number, number], factor: number): void {
    const tile = this.store.viewer?.tile(plane)
    if (tile) this.changeCamera(plane, zoomedAt(this.camera(plane), tile, at, factor))
  }

  panBy(plane: Plane, dx: number, dy: number): void {
    const tile = this.store.viewer?.tile(plane)
    if (tile) this.changeCamera(plane, panned(this.camera(plane), tile, dx, dy))
  }

  turn(dAzimuth: number, dElevation: number): void {
    const { angle } = this.store.state.view
    const elevation = Math.min(90, Math.max(-90, angle.elevation + dElevation))
    this.change({ angle: { ...angle, azimuth: (angle.azimuth + dAzimuth + 360) % 360, elevation } })
  }

  zoomRender(factor: number): void {
    const { angle } = this.store.state.view
    const zoom = Math.min(MAX_RENDER_ZOOM, Math.max(MIN_RENDER_ZOOM, angle.zoom * factor))
    this.change({ angle: { ...angle, zoom } })
  }

  /** Goes where the crosshair of another editor went. */
  follow(pointMm: PointMm): void {
    this.isFollowing = true
    this.goTo(pointMm)
    this.isFollowing = false
  }

  /** Moves the crosshair, and planes that do not show the place. */
  goTo(pointMm: PointMm): void {
    const { viewer } = this.store
    if (viewer === null) return
    viewer.moveTo(pointMm)
    let { cameras } = this.store.state.view
    for (const tile of viewer.tiles())
      cameras = { ...cameras, [tile.plane]: revealed(cameras[tile.plane], tile, pointMm) }
    this.change({ cameras })
  }

  /** Goes through the slices of a plane; down with a wheel that turns down. */
  scroll(plane: Plane, slices: number): void {
    this.store.viewer?.step(PLANE_AXES[plane][2], -slices)
  }

  /** Goes to a slice, counted from the patient's left, back or feet. */
  showSlice(plane: Plane, index: number): void {
    const { viewer } = this.store
    const shown = viewer?.planes().find(({ tile }) => tile.plane === plane)
    if (viewer && shown) viewer.step(PLANE_AXES[plane][2], index - shown.slice.index)
  }

  toggleLabel(labelValue: number): void {
    const { hiddenLabels } = this.store.state.view
    this.change({
      hiddenLabels: hiddenLabels.includes(labelValue)
        ? hiddenLabels.filter((value) => value !== labelValue)
        : [...hiddenLabels, labelValue],
    })
  }

  /** Shows one structure alone, or all again where it is alone already. */
  showOnly(labelValue: number): void {
    const others = rowsOf(this.store.state)
      .map((row) => row.labelValue)
      .filter((value) => value !== labelValue)
    const { hiddenLabels } = this.store.state.view
    const isAlone = others.every((value) => hiddenLabels.includes(value)) && !hiddenLabels.includes(labelValue)
    this.change({ hiddenLabels: isAlone ? [] : others })
  }

  /** Goes into the middle of a structure: of its voxels where they are drawn, else of its box. */
  jumpTo(labelValue: number): void {
    const { state } = this.store
    // During a run the label map on display may still be an older one.
    const isOld = state.run.kind === 'running' && state.labels.preview === null
    const fact = isOld ? undefined : state.labels.facts.find((candidate) => candidate.labelValue === labelValue)
    const box = rowsOf(state).find((row) => row.labelValue === labelValue)?.boxMm
    if (fact) this.goTo(fact.insideMm)
    else if (box) this.goTo(mapAxes((axis) => (box.min[axis] + box.max[axis]) / 2))
  }

  /** Folds the side panel away where the page has no room for it, and back where it has. */
  foldPanel(isNarrow: boolean): void {
    this.store.update({ isPanelFolded: isNarrow })
  }

  /** Shows or hides the side panel; on a narrow page only until that is wide again. */
  togglePanel(): void {
    const { view, isPanelFolded } = this.store.state
    if (isPanelFolded) {
      this.store.update({ isPanelFolded: false })
      this.change({ panelOpen: true })
    } else if (isNarrowPage()) this.foldPanel(true)
    else this.change({ panelOpen: !view.panelOpen })
  }

  private camera(plane: Plane): PlaneCamera {
    return this.store.state.view.cameras[plane]
  }

  private changeCamera(plane: Plane, camera: PlaneCamera): void {
    this.change({ cameras: { ...this.store.state.view.cameras, [plane]: camera } })
  }

  /** Zooms the plane that keys act in about the crosshair, where that is in view. */
  zoomActive(factor: number): void {
    const { viewer, state } = this.store
    const { activePlane } = state
    const tile = viewer?.tile(activePlane)
    const pointMm = viewer?.crosshairMm()
    if (!viewer || !tile || !pointMm) {
      if (state.view.layout === 'render') this.zoomRender(factor)
      return
    }
    const { x, y } = project(tile, pointMm)
    this.zoomAt(activePlane, [x, y], factor)
  }

  private followLayout({ layout, mainPlane }: ViewState): void {
    const shown = planeOf(layout)
    this.store.update({ activePlane: shown ?? mainPlane })
  }

  /** Takes over window, zoom and pan of an editor that this one is linked with. */
  followView(other: unknown): void {
    const { levelHu, widthHu, cameras } = firstView({ own: other, latest: null })
    this.isFollowing = true
    this.change({ levelHu, widthHu, cameras })
    this.isFollowing = false
  }

  private remember(): void {
    const { viewer, state } = this.store
    if (!viewer || !state.isScanShown) return
    this.store.update({ view: { ...state.view, crosshairMm: viewer.crosshairMm() } })
    // What came from another editor must not go back to it.
    const isLinked = !this.isFollowing
    window.clearTimeout(this.timer)
    this.timer = window.setTimeout(() => {
      this.post({ type: 'view', view: this.store.state.view, isLinked })
    }, REMEMBER_AFTER_MS)
  }
}

function isNarrowPage(): boolean {
  return window.matchMedia(NARROW_PAGE).matches
}

function planeOf(layout: Layout): Plane | null {
  return layout === 'axial' || layout === 'coronal' || layout === 'sagittal' ? layout : null
}
