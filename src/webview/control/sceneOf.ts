import type { BrushCursor, DraggedBox, MarkedStructure, OverlayScene, PlaneOutlines } from '../viewer/overlayScene.js'
import type { Viewer } from '../viewer/viewer.js'
import { editedBox } from './correctionControl.js'
import { rowsOf, type EditorState } from './editorState.js'
import type { StructureRow } from './structureRows.js'

/** What is drawn over the planes: outlines, the crosshair, boxes of a result, template points. */
export function sceneOf(viewer: Viewer, state: EditorState): OverlayScene {
  const { view, points, active, labels } = state
  const rows = rowsOf(state).filter(({ labelValue }) => !view.hiddenLabels.includes(labelValue) && view.overlayShown)
  // A box has said what it has to say once there is a mask; after a run for boxes alone they are what is looked at.
  const areBoxesNew = state.run.kind === 'localized'
  const isMasked = (value: number): boolean =>
    !areBoxesNew && labels.facts.some(({ labelValue }) => labelValue === value)
  const results = rows.flatMap(({ name, color, labelValue, boxMm, extremePointsMm }) => {
    const isBoxShown = view.boxesShown || !isMasked(labelValue)
    const arePointsShown = view.pointsShown || !isMasked(labelValue)
    if (boxMm === null || (!isBoxShown && !arePointsShown)) return []
    return [{ name, color, boxMm, isBoxShown, pointsMm: arePointsShown ? extremePointsMm : null }]
  })
  // Template points too; those that are being placed stay.
  const masked = new Set(rows.filter(({ labelValue }) => isMasked(labelValue)).map(({ name }) => name))
  const structures = points.structures.map((structure): MarkedStructure => {
    const isWhole = structure.name === active?.structure || !masked.has(structure.name)
    return { ...structure, isBoxShown: isWhole || view.boxesShown, arePointsShown: isWhole || view.pointsShown }
  })
  return {
    tiles: viewer.tiles(),
    spacingMm: viewer.spacingMm(),
    outlines: view.outline ? outlinesOf(viewer, rows) : [],
    crosshairMm: view.crosshairShown ? viewer.crosshairMm() : null,
    measured: state.measured,
    brush: brushOf(state),
    lasso: state.edit.lasso,
    corrections: state.edit.isOn ? state.corrections.points : [],
    draggedBox: draggedBoxOf(viewer, state),
    results,
    structures,
    active: active?.structure ?? null,
  }
}

function draggedBoxOf(viewer: Viewer, state: EditorState): DraggedBox | null {
  if (!state.edit.isOn || state.edit.tool !== 'box') return null
  const boxMm = editedBox(viewer, state)
  const row = rowsOf(state).find(({ labelValue }) => labelValue === state.labels.activeLabel)
  return boxMm === null || row === undefined ? null : { name: row.name, color: row.color, boxMm }
}

function brushOf(state: EditorState): BrushCursor | null {
  const { cursor, tool, isOn, brushDiameterMm } = state.edit
  if (!isOn || cursor === null || (tool !== 'brush' && tool !== 'eraser')) return null
  const color = rowsOf(state).find(({ labelValue }) => labelValue === state.labels.activeLabel)?.color ?? '#ffffff'
  return { ...cursor, radiusMm: brushDiameterMm / 2, color, isErasing: tool === 'eraser' }
}

function outlinesOf(viewer: Viewer, rows: readonly StructureRow[]): PlaneOutlines[] {
  return viewer.contours().map(({ matrix, paths }) => ({
    matrix,
    outlines: rows.flatMap(({ name, color, labelValue }) => {
      const path = paths.get(labelValue)
      return path === undefined ? [] : [{ name, color, path }]
    }),
  }))
}
