import type { FromScanView, StructuresRequest } from '../../protocol/scanEditor.js'
import type { PointMm } from '../../shared/geometry/points.js'
import { defined } from '../../shared/defined.js'
import type { EditTool } from '../../shared/labelEdit/editedStructure.js'
import type { DrawnSlice } from '../../shared/labelEdit/labelEdit.js'
import { brushVoxels } from '../editing/brushVoxels.js'
import { lassoVoxels } from '../editing/lassoVoxels.js'
import type { Stroke } from '../editing/stroke.js'
import type { Plane } from '../viewer/projection.js'
import type { Viewer } from '../viewer/viewer.js'
import { rowsOf } from './editorState.js'
import {
  isDrawingTool,
  isLasso,
  nextDiameterMm,
  type DrawingTool,
  type EditState,
  type LabelTool,
  type SegmenterTool,
} from './editState.js'
import type { EditAction } from './viewCommands.js'
import type { EditorStore } from './editorStore.js'

/** What the document calls the tools of the mouse. */
const TOOL_NAMES: Readonly<Record<DrawingTool, EditTool>> = {
  brush: 'brush',
  eraser: 'eraser',
  lasso: 'lasso',
  eraseLasso: 'erase lasso',
}

/** A stroke that is being made. */
interface OpenStroke {
  readonly stroke: Stroke
  readonly tool: DrawingTool
  readonly plane: Plane
  readonly labelMap: string
  readonly structure: string
  /** Where all of it lies on one axial slice. */
  readonly drawnOn: DrawnSlice | undefined
  lastMm: PointMm
}

/** Draws labels with the mouse: at once on the screen, and as one edit of the document when the stroke is done. */
export class EditControl {
  private open: OpenStroke | null = null

  constructor(
    private readonly store: EditorStore,
    private readonly post: (message: FromScanView) => void,
    /** Labels were changed here: they need their colours. */
    private readonly onEdited: (viewer: Viewer) => void,
  ) {}

  /** Whether the left button draws now. */
  isDrawing(): boolean {
    const { edit, labels } = this.store.state
    return edit.isOn && edit.tool !== null && isDrawingTool(edit.tool) && labels.structures !== null
  }

  /** The tool whose clicks and drags the segmenter answers; null for another one, or none. */
  segmenterTool(): SegmenterTool | null {
    const { edit, labels } = this.store.state
    if (!edit.isOn || labels.structures === null || edit.tool === null) return null
    return isDrawingTool(edit.tool) ? null : edit.tool
  }

  /** Does what a key or a button asks for. */
  run(action: Exclude<EditAction, 'fixSlice'>): void {
    const { isBall } = this.store.state.edit
    switch (action) {
      case 'toggle':
        this.toggle()
        return
      case 'toggleBall':
        this.change({ isBall: !isBall })
        return
      case 'larger':
        this.resize(1)
        return
      case 'smaller':
        this.resize(-1)
        return
      case 'leaveTool':
        this.setTool(null)
        return
      case 'brush':
      case 'eraser':
      case 'lasso':
      case 'eraseLasso':
      case 'points':
      case 'box':
        this.setTool(action)
        return
    }
  }

  /** Turns editing on, with a new label map where none is on display, or off. */
  private toggle(): void {
    const { canRun, isScanShown, edit, labels } = this.store.state
    if (!canRun || !isScanShown) return
    this.change({ isOn: !edit.isOn, tool: edit.isOn ? null : 'brush', lasso: null })
    if (!edit.isOn && labels.map === null) this.post({ type: 'action', action: 'newLabelMap' })
    this.post({ type: 'editing', isOn: !edit.isOn })
  }

  change(next: Partial<EditState>): void {
    this.store.update({ edit: { ...this.store.state.edit, ...next } })
  }

  /** Takes up a tool, editing if need be; null lays it down. */
  private setTool(tool: LabelTool | null): void {
    if (tool !== null && !this.store.state.edit.isOn) this.toggle()
    if (this.store.state.edit.isOn) this.change({ tool, lasso: null })
  }

  /** Makes the brush larger or smaller. */
  private resize(step: 1 | -1): void {
    this.change({ brushDiameterMm: nextDiameterMm(this.store.state.edit.brushDiameterMm, step) })
  }

  /** Chooses the structure that is drawn. */
  activateLabel(labelValue: number): void {
    const { labels } = this.store.state
    this.store.update({ labels: { ...labels, activeLabel: labelValue } })
  }

  /** Asks the host to change the structures of the label map. */
  changeStructures(request: StructuresRequest): void {
    const { shown } = this.store.state.labels
    if (shown?.kind === 'labelMap') this.post({ type: 'structures', labelMap: shown.name, request })
  }

  /** Deletes a structure with its voxels, or merges it into another one that the host asks for. */
  takeAway(kind: 'delete' | 'merge', labelValue: number): void {
    const runs = this.store.viewer?.runsOfLabel(labelValue)
    if (runs !== undefined) this.changeStructures({ kind, labelValue, runs })
  }

  /** The mouse is over a place of a plane, or over none. */
  hover(plane: Plane | null, pointMm: PointMm | null): void {
    if (this.store.state.edit.isOn) this.change({ cursor: plane && pointMm && { plane, pointMm } })
  }

  /** The left button was pressed where a tool draws. */
  begin(plane: Plane, pointMm: PointMm): void {
    const { viewer, state } = this.store
    const { edit, labels } = state
    const { tool } = edit
    if (
      viewer === null ||
      tool === null ||
      !isDrawingTool(tool) ||
      labels.shown?.kind !== 'labelMap' ||
      labels.structures === null
    )
      return
    const structure = rowsOf(state).find(({ labelValue }) => labelValue === labels.activeLabel)
    if (structure === undefined) {
      this.changeStructures({ kind: 'add' })
      return
    }
    const { labelValue, name, isLocked } = structure
    if (isLocked === true) {
      this.post({ type: 'say', text: `${name} is locked. Unlock it in the list of structures to draw it.` })
      return
    }
    const stroke = viewer.beginStroke({
      labelValue,
      isErasing: tool === 'eraser' || tool === 'eraseLasso',
      locked: labels.structures.filter((one) => one.isLocked).map((one) => one.labelValue),
      rangeHu: edit.isRangeOn ? edit.rangeHu : null,
    })
    if (stroke === null) return
    const slice = viewer.planes().find(({ tile }) => tile.plane === 'axial')?.slice.index
    const isOneSlice = plane === 'axial' && (isLasso(tool) || !edit.isBall)
    const drawnOn = isOneSlice && slice !== undefined ? { labelValue, slice } : undefined
    this.open = { stroke, tool, plane, labelMap: labels.shown.name, structure: name, drawnOn, lastMm: pointMm }
    if (isLasso(tool)) this.change({ lasso: { plane, pointsMm: [pointMm] } })
    else this.move(pointMm)
  }

  /** The mouse goes on. */
  move(pointMm: PointMm): void {
    const { open } = this
    const { viewer, state } = this.store
    const grid = viewer?.labelGrid()
    if (open === null || viewer === null || !grid) return
    const { lasso, brushDiameterMm, isBall } = state.edit
    if (lasso !== null) {
      this.change({ lasso: { ...lasso, pointsMm: [...lasso.pointsMm, pointMm] } })
      return
    }
    const tip = { radiusMm: brushDiameterMm / 2, plane: open.plane, isBall }
    brushVoxels(grid, [open.lastMm, pointMm], tip, open.stroke.paint)
    open.lastMm = pointMm
    viewer.drawStroke(open.stroke)
  }

  /** The button was released: what was drawn becomes one edit. */
  end(): void {
    const { open } = this
    const { viewer, state } = this.store
    this.open = null
    if (open === null || viewer === null) return
    const { stroke, plane, tool, structure, labelMap, drawnOn } = open
    const { lasso } = state.edit
    const grid = viewer.labelGrid()
    if (lasso !== null && grid !== null) lassoVoxels(grid, lasso.pointsMm, plane, stroke.paint)
    viewer.drawStroke(stroke)
    const runs = stroke.runs()
    const facts = viewer.endStroke(runs)
    this.change({ lasso: null })
    if (runs.length === 0) return
    this.store.update({ labels: { ...this.store.state.labels, facts } })
    this.onEdited(viewer)
    const edit = { kind: 'voxels', runs, structure, tool: TOOL_NAMES[tool], ...defined({ drawnOn }) } as const
    this.post({ type: 'labelEdit', labelMap, edit })
  }
}
