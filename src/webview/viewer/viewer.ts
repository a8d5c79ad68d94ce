import type { CtWindow } from '../../shared/ctWindow.js'
import { NO_RUNS, type VoxelRuns } from '../../shared/labelEdit/voxelRuns.js'
import { applyAffine, spacingMm } from '../../shared/geometry/affine.js'
import type { BoxMm, PointMm } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'
import { surveyImage, surveyLabels, type ImageSurvey } from './bodyBox.js'
import type { ImageVolume } from './imageVolume.js'
import { tileOf } from './planeCamera.js'
import { PlanePainter, type PlaneContent, type PlanePicture } from './planePainter.js'
import { sliceAt, sliceCount, sliceToScreen, type Matrix2d } from './planeSlice.js'
import type { Reference } from './agreement.js'
import type { SecondImage } from './secondImage.js'
import { pictureOf } from './pictureOf.js'
import type { Plane, Tile } from './projection.js'
import { readAt, type Reading } from './reading.js'
import { arrange, type Cell } from './stageLayout.js'
import type { Stroke, StrokeRule } from '../editing/stroke.js'
import { emptyLabels, ShownLabels, type LabelFacts, type ShownSlices } from './shownLabels.js'
import { colorTable } from './slicePixels.js'
import { View3d } from './view3d.js'
import { NOTHING, windowOf } from './shownWindow.js'
import type { ViewState } from './viewState.js'

/** What the viewer reports. */
export interface ViewerEvents {
  onReading(reading: Reading): void
  /** A scan that is no CT has been given the window that shows it. */
  onWindow(window: CtWindow): void
  /** After every drawing: overlays follow. */
  onDraw(): void
}

/** A plane on the screen, with which of its slices it shows. */
export interface PlaneView extends PlanePicture {
  readonly sliceCount: number
}

/** Lines around labels in one plane, in pixels of a slice and how these lie on the screen. */
export interface PlaneContours {
  readonly tile: Tile
  readonly matrix: Matrix2d
  readonly paths: ReadonlyMap<number, string>
}

/** A structure as its label is drawn. */
type DrawnLabel = Parameters<typeof colorTable>[0][number] & { readonly name: string }

/** The image below the labels. */
interface ShownScan {
  readonly volume: ImageVolume
  readonly survey: ImageSurvey
  readonly isLabelMap: boolean
}

/** Labels over nothing are hard to see otherwise. */
const LABELS_ALONE_OPACITY = 0.85
const CENTRE: PointMm = [0, 0, 0]
const NO_EDITS = { axial: 0, coronal: 0, sagittal: 0 }

/** Draws a scan and its labels: planes on a canvas by itself, the rendering through NiiVue. */
export class Viewer {
  private scan: ShownScan | null = null
  private labels: ShownLabels | null = null
  private second: SecondImage | null = null
  private reference: Reference | null = null
  private structures: readonly DrawnLabel[] = []
  private colors: Uint32Array = new Uint32Array(1)
  private crosshair: PointMm = CENTRE
  private stage = { width: 1, height: 1 }
  private cellsKey = ''
  private lastCells: readonly Cell[] = []
  private window: CtWindow
  private isDrawing = false
  private readonly painter: PlanePainter
  private readonly view3d: View3d

  private constructor(
    private readonly canvas: HTMLCanvasElement,
    private view: ViewState,
    private readonly events: ViewerEvents,
    renderPlace: HTMLElement,
  ) {
    this.window = view
    this.painter = new PlanePainter(canvas)
    this.view3d = new View3d(renderPlace, () => {
      events.onDraw()
    })
  }

  /** Starts drawing on a canvas, as large as the page makes it; 3D in the element `.render-place` beside it. */
  static start(canvas: HTMLCanvasElement, first: ViewState, events: ViewerEvents): Promise<Viewer> {
    const place = canvas.parentElement?.querySelector<HTMLElement>('.render-place') ?? document.createElement('div')
    const viewer = new Viewer(canvas, first, events, place)
    new ResizeObserver(() => {
      viewer.measure()
      viewer.draw()
    }).observe(canvas)
    viewer.measure()
    return Promise.resolve(viewer)
  }

  /** @param isLabelMap whether its values are labels: they are drawn as such, over nothing */
  showScan(volume: ImageVolume, isLabelMap = false): void {
    const survey = isLabelMap ? surveyLabels(volume) : surveyImage(volume)
    this.scan = { volume, survey, isLabelMap }
    this.labels = null
    this.second = null
    this.reference = null
    this.crosshair = mapAxes((axis) => (survey.bodyMm.min[axis] + survey.bodyMm.max[axis]) / 2)
    this.painter.forgetPainted()
    if (!survey.isCt) this.events.onWindow(windowOf(survey.range))
  }

  /** Draws another volume of the same file in place of the one on display; what lies over it stays. */
  showTimePoint(volume: ImageVolume): void {
    if (this.scan !== null) this.scan = { ...this.scan, volume }
    // What is read there is another value now.
    this.moveTo(this.crosshair)
  }

  /** Whether the scan is CT, and the window that shows what it holds; null without a scan. */
  imageKind(): { readonly isCt: boolean; readonly fullWindow: CtWindow } | null {
    return this.scan && { isCt: this.scan.survey.isCt, fullWindow: windowOf(this.scan.survey.range) }
  }

  /** Lays another image over the scan; null takes it away. */
  showSecond(second: SecondImage | null): void {
    this.second = second
    this.requestDraw()
  }

  /** Draws labels by how they agree with those of another label map; null in their own colours. */
  showReference(reference: Reference | null): void {
    this.reference = reference
    this.requestDraw()
  }

  /** Draws a label map in place of an older one; colours come with {@link paintLabels}. */
  showLabelMap(volume: ImageVolume): readonly LabelFacts[] {
    this.labels = new ShownLabels(volume, () => {
      this.requestDraw()
    })
    this.requestDraw()
    return this.labels.facts()
  }

  /** A label map on the scan's grid without any labels; null without a scan. */
  emptyLabels(): ImageVolume | null {
    return this.scan && emptyLabels(this.scan.volume)
  }

  /** Changes voxels of the labels, one change after the other. */
  editLabels(changes: readonly VoxelRuns[]): readonly LabelFacts[] {
    const { labels, scan } = this
    if (labels === null || scan === null) return []
    labels.showEarly(null, scan.volume, this.shownSlices(scan))
    for (const runs of changes) labels.edit(runs, scan.volume, this.shownSlices(scan))
    this.requestDraw()
    return labels.facts()
  }

  /** Draws a change that is no edit yet in place of the one before, until the next edit or stroke. @returns null where that cannot be */
  showEarly(runs: VoxelRuns | null): readonly LabelFacts[] | null {
    const { labels, scan } = this
    if (labels === null || scan === null || labels.isInStroke) return null
    labels.showEarly(runs, scan.volume, this.shownSlices(scan))
    this.requestDraw()
    return labels.facts()
  }

  /** Whether the labels can be edited: those of 16 bits. */
  canEditLabels(): boolean {
    return this.labels?.editable() != null
  }

  /** The change that takes a label away. */
  runsOfLabel(labelValue: number): VoxelRuns {
    this.showEarly(null)
    return this.labels?.runsOf(labelValue) ?? NO_RUNS
  }

  /** Begins a stroke on the labels; null where there are none that can be edited. */
  beginStroke(rule: StrokeRule): Stroke | null {
    this.showEarly(null)
    return this.scan && (this.labels?.beginStroke(rule, this.scan.volume) ?? null)
  }

  /** The grid of the labels on display; null for none. */
  labelGrid(): ImageVolume | null {
    return this.labels?.volume ?? null
  }

  /** Draws what a stroke has painted since it was drawn last. */
  drawStroke(stroke: Stroke): void {
    const box = stroke.takeBox()
    if (box === null || this.labels === null || this.scan === null) return
    this.labels.noteChanged(box, this.scan.volume, this.shownSlices(this.scan))
    this.requestDraw()
  }

  /** A stroke is done: what it changed is counted. */
  endStroke(runs: VoxelRuns): readonly LabelFacts[] {
    this.labels?.endStroke(runs)
    return this.labels?.facts() ?? []
  }

  private shownSlices({ volume }: ShownScan): ShownSlices {
    const of = (plane: Plane): number => sliceAt(volume, plane, this.crosshair).index
    return { axial: of('axial'), coronal: of('coronal'), sagittal: of('sagittal') }
  }

  removeLabelMap(): void {
    this.labels = null
    this.requestDraw()
  }

  paintLabels(structures: readonly DrawnLabel[]): void {
    this.structures = structures
    this.colors = colorTable(structures, this.view.hiddenLabels)
    this.requestDraw()
  }

  /** Looks at the scan this way. */
  setView(view: ViewState): void {
    const before = this.view
    this.view = view
    if (view.hiddenLabels !== before.hiddenLabels) this.colors = colorTable(this.structures, view.hiddenLabels)
    if (view.levelHu !== this.window.levelHu || view.widthHu !== this.window.widthHu) this.window = view
    this.requestDraw()
    if (view.angle !== before.angle) this.view3d.turn(view.angle)
  }

  /** Moves the crosshair, never out of the scan. */
  moveTo(pointMm: PointMm): void {
    const { scan } = this
    if (scan === null) return
    const { order, toCanonical } = scan.volume
    const voxel = applyAffine(toCanonical, pointMm)
    const inside = mapAxes((axis) => Math.min(order.size[axis] - 1, Math.max(0, voxel[axis])))
    this.crosshair = voxel.every((along, axis) => along === inside[axis]) ? pointMm : applyAffine(order.affine, inside)
    this.requestDraw()
    this.events.onReading(this.readingAt(this.crosshair))
  }

  /** Moves the crosshair by whole voxels along right, anterior or superior. */
  step(axis: 0 | 1 | 2, voxels: number): void {
    const { scan } = this
    if (scan === null) return
    const { order, toCanonical } = scan.volume
    const voxel = applyAffine(toCanonical, this.crosshair)
    this.moveTo(
      applyAffine(
        order.affine,
        mapAxes((a) => (a === axis ? Math.round(voxel[a]) + voxels : voxel[a])),
      ),
    )
  }

  /** Null without a scan. */
  crosshairMm(): PointMm | null {
    return this.scan === null ? null : this.crosshair
  }

  /** What lies at a point; all unknown without a scan. */
  readingAt(pointMm: PointMm): Reading {
    const { scan, labels, second } = this
    if (scan === null) return { pointMm, voxel: pointMm, value: NaN, isCt: true, labelValue: 0, secondValue: null }
    return readAt(pointMm, {
      scan: scan.volume,
      isCt: scan.survey.isCt,
      labels: labels?.volume ?? null,
      second: second?.volume ?? null,
    })
  }

  /** The parts of the stage. */
  cells(): readonly Cell[] {
    const { scan, view, stage } = this
    if (scan === null) return []
    const key = [view.layout, view.mainPlane, stage.width, stage.height, ...scan.survey.bodyMm.min].join(' ')
    if (key !== this.cellsKey) {
      const { axial, coronal, sagittal } = scan.survey.fits
      const sizes = { axial: axial.sizeMm, coronal: coronal.sizeMm, sagittal: sagittal.sizeMm }
      this.lastCells = arrange(view.layout, view.mainPlane, { left: 0, top: 0, ...stage }, sizes)
      this.cellsKey = key
      this.painter.forgetPainted()
    }
    return this.lastCells
  }

  /** The box around the voxels of a label; null where there are none. */
  labelBox(labelValue: number): BoxMm | null {
    return this.labels?.box(labelValue) ?? null
  }

  /** The planes on the screen. */
  planes(): PlaneView[] {
    const { scan, view } = this
    if (scan === null) return []
    return this.cells().flatMap((cell) => {
      if (cell.kind === 'render') return []
      const slice = sliceAt(scan.volume, cell.kind, this.crosshair)
      const tile = tileOf(cell, slice, view.cameras[cell.kind], scan.survey.fits[cell.kind], view.radiological)
      return [{ tile, slice, sliceCount: sliceCount(scan.volume, cell.kind) }]
    })
  }

  tiles(): Tile[] {
    return this.planes().map(({ tile }) => tile)
  }

  tile(plane: Plane): Tile | undefined {
    return this.tiles().find((tile) => tile.plane === plane)
  }

  /** Lines around the labels in every plane. */
  contours(): PlaneContours[] {
    const content = this.content()
    if (content?.labels == null) return []
    return this.planes().map(({ tile, slice }) => ({
      tile,
      matrix: sliceToScreen(slice, tile),
      paths: this.painter.contours(slice, content),
    }))
  }

  /** A PNG of a plane as it is on the screen; null where that is not there. */
  picture(plane: Plane, isOutlined: boolean): Promise<Blob | null> {
    const found = this.contours().find(({ tile }) => tile.plane === plane)
    const tile = this.tile(plane)
    if (tile === undefined) return Promise.resolve(null)
    const lines = this.structures.flatMap(({ labelValue, color }) => {
      const path = this.view.hiddenLabels.includes(labelValue) ? undefined : found?.paths.get(labelValue)
      return path === undefined || found === undefined || !isOutlined ? [] : [{ color, path, matrix: found.matrix }]
    })
    return pictureOf(this.canvas, tile, lines, window.devicePixelRatio || 1)
  }

  /** Why there is no rendering, in one sentence; null where there is one. */
  renderProblem(): string | null {
    return this.view3d.problem
  }

  /** The scan's coarsest spacing. */
  spacingMm(): number {
    return this.scan === null ? 1 : Math.max(...spacingMm(this.scan.volume.affine))
  }

  /** Many changes between two pictures are one drawing. */
  requestDraw(): void {
    if (this.isDrawing) return
    this.isDrawing = true
    requestAnimationFrame(() => {
      this.draw()
    })
  }

  private draw(): void {
    this.isDrawing = false
    const content = this.content()
    if (content === null) return
    this.painter.paint(this.planes(), content)
    this.drawRendering(content)
    this.events.onDraw()
  }

  private drawRendering({ scan }: PlaneContent): void {
    const cell = this.cells().find(({ kind }) => kind === 'render') ?? null
    this.view3d.put(cell)
    if (this.scan === null || cell === null) return
    const { structures, window } = this
    const { hiddenLabels: hidden, overlayShown, angle } = this.view
    const shown = overlayShown ? (this.labels?.forSurfaces ?? null) : null
    const { bodyMm } = this.scan.survey
    this.view3d.show({ scan, bodyMm, window, labels: shown, structures, hidden }, angle)
  }

  private content(): PlaneContent | null {
    const { scan, labels, second, reference, colors, view, window } = this
    if (scan === null) return null
    return {
      scan: scan.volume,
      window: scan.isLabelMap ? NOTHING : window,
      labels: view.overlayShown ? (labels?.volume ?? null) : null,
      labelEdits: labels?.edits ?? NO_EDITS,
      colors,
      opacity: scan.isLabelMap ? LABELS_ALONE_OPACITY : view.opacity,
      second,
      reference,
    }
  }

  private measure(): void {
    const { width, height } = this.canvas.getBoundingClientRect()
    this.stage = { width: Math.max(1, width), height: Math.max(1, height) }
    this.painter.resize(width, height, window.devicePixelRatio || 1)
  }
}
