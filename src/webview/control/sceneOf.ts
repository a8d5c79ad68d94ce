import type { OverlayScene } from '../viewer/overlayScene.js'
import type { Viewer } from '../viewer/viewer.js'
import { rowsOf, type EditorState } from './editorState.js'

/** What is drawn over the planes: boxes of a result that are not hidden, and template points. */
export function sceneOf(viewer: Viewer, state: EditorState): OverlayScene {
  const { view, points, active } = state
  const results = rowsOf(state).flatMap(({ name, color, labelValue, boxMm, extremePointsMm }) =>
    boxMm === null || view.hiddenLabels.includes(labelValue) || !view.overlayShown
      ? []
      : [{ name, color, boxMm, pointsMm: extremePointsMm }],
  )
  return {
    tiles: viewer.tiles(),
    spacingMm: viewer.spacingMm(),
    results,
    structures: points.structures,
    active: active?.structure ?? null,
  }
}
