import type { CorrectionRequest, CorrectionsView, FromScanView } from '../../protocol/scanEditor.js'
import type { BoxMm, PointMm } from '../../shared/geometry/points.js'
import { boxOfRectangle } from '../viewer/boxFaces.js'
import type { Plane } from '../viewer/projection.js'
import type { Viewer } from '../viewer/viewer.js'
import { rowsOf, type EditorState } from './editorState.js'
import type { EditorStore } from './editorStore.js'
import { isHeld } from './fixedSlices.js'

/** Corrections by the segmenter: the page sets points and boxes, the host has the segmenter answer. */
export class CorrectionControl {
  /** The box of the structure before another one was begun. */
  private depthBox: BoxMm | null = null

  constructor(
    private readonly store: EditorStore,
    private readonly post: (message: FromScanView) => void,
  ) {}

  /** Takes over how the host says that things stand. */
  set(corrections: CorrectionsView): void {
    this.store.update({ corrections })
  }

  /** A point was set on an axial slice. */
  addPoint(pointMm: PointMm, isInside: boolean): void {
    const labelValue = this.activeLabel()
    if (labelValue === null) return
    const { corrections } = this.store.state
    const point = { pointMm, isInside }
    const others = corrections.labelValue === labelValue ? corrections.points : []
    // Shown at once; what the host answers is the same.
    this.set({ ...corrections, labelValue, points: [...others, point], isBusy: true })
    this.ask({ kind: 'addPoint', labelValue, point })
  }

  /** Shows a point where it is being dragged to. */
  dragPoint(index: number, pointMm: PointMm): void {
    const { corrections } = this.store.state
    const points = corrections.points.map((point, at) => (at === index ? { ...point, pointMm } : point))
    this.set({ ...corrections, points })
  }

  /** A point was let go where it was dragged to. */
  releasePoint(index: number): void {
    const { corrections } = this.store.state
    if (index >= corrections.points.length) return
    this.set({ ...corrections, isBusy: true })
    this.ask({ kind: 'movePoint', index, pointMm: corrections.points[index].pointMm })
  }

  /** Takes a point away, and what it did; the last one where none is named. */
  removePoint(index: number = this.store.state.corrections.points.length - 1): void {
    const { corrections } = this.store.state
    if (index < 0 || index >= corrections.points.length) return
    this.set({ ...corrections, points: corrections.points.filter((_, at) => at !== index), isBusy: true })
    this.ask({ kind: 'removePoint', index })
  }

  /** Lets the points go and keeps what they did. */
  leavePoints(): void {
    this.ask({ kind: 'leavePoints' })
  }

  /** Whether changes are carried to the axial slice on display. */
  toggleFixed(): void {
    const axial = this.store.viewer?.planes().find(({ tile }) => tile.plane === 'axial')
    if (axial === undefined) return
    const slice = axial.slice.index
    this.ask({ kind: 'fixSlice', slice, isFixed: !isHeld(this.store.state, slice) })
  }

  /** Segments the structure again another way, which the host asks for. */
  again(): void {
    const labelValue = this.activeLabel()
    if (labelValue !== null) this.ask({ kind: 'again', labelValue })
  }

  stop(): void {
    this.ask({ kind: 'stop' })
  }

  /** Shows the box of the structure as it is being dragged or drawn. */
  showBox(boxMm: BoxMm): void {
    const labelValue = this.activeLabel()
    const { shown } = this.store.state.labels
    if (labelValue !== null && shown?.kind === 'labelMap')
      this.store.update({ drawnBox: { labelMap: shown.name, labelValue, boxMm } })
  }

  /** A rectangle is begun in a plane: it becomes as deep as the box there is. */
  beginRectangle(): void {
    this.depthBox = editedBox(this.store.viewer, this.store.state)
    // What is let go without having been drawn is no box.
    this.store.update({ drawnBox: null })
  }

  /** Shows the rectangle that is being drawn in a plane as a box. */
  showRectangle(plane: Plane, fromMm: PointMm, toMm: PointMm): void {
    this.showBox(boxOfRectangle(plane, fromMm, toMm, this.depthBox))
  }

  /** The box was let go: the structure is segmented in it. */
  releaseBox(): void {
    const { corrections } = this.store.state
    const box = drawnBox(this.store.state)
    if (box === null) return
    this.set({ ...corrections, isBusy: true })
    this.ask({ kind: 'box', labelValue: box.labelValue, boxMm: box.boxMm })
  }

  private activeLabel(): number | null {
    const { labels } = this.store.state
    if (labels.activeLabel !== null) return labels.activeLabel
    this.post({ type: 'say', text: 'Choose the structure to correct first, or make a new one.' })
    return null
  }

  private ask(request: CorrectionRequest): void {
    const { shown } = this.store.state.labels
    if (shown?.kind === 'labelMap') this.post({ type: 'correct', labelMap: shown.name, request })
  }
}

/** The box of the structure that is edited: as it was drawn or dragged here, as it was found, or that of its mask; null for none. */
export function editedBox(viewer: Pick<Viewer, 'labelBox'> | null, state: EditorState): BoxMm | null {
  const drawn = drawnBox(state)
  if (drawn !== null) return drawn.boxMm
  const row = rowsOf(state).find(({ labelValue }) => labelValue === state.labels.activeLabel)
  return row === undefined ? null : (row.boxMm ?? viewer?.labelBox(row.labelValue) ?? null)
}

/** What was drawn or dragged of the structure that is edited, in the label map on display. */
function drawnBox({ drawnBox: box, labels: { shown, activeLabel } }: EditorState): EditorState['drawnBox'] {
  const isShown = box?.labelValue === activeLabel && shown?.kind === 'labelMap' && shown.name === box.labelMap
  return isShown ? box : null
}
