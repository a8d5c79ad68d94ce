import { createRef, h, render } from 'preact'
import { Editor } from './control/editor.js'
import { fixedSlices } from './control/fixedSlices.js'
import { sceneOf } from './control/sceneOf.js'
import { StageMouse } from './control/stageMouse.js'
import { NARROW_PAGE } from './control/viewControl.js'
import { writeBodyData } from './dom/bodyData.js'
import { mounted } from './dom/mounted.js'
import { EditorLayout } from './panels/editorLayout.js'
import type { PlaneElements } from './panels/stage.js'
import { Overlay } from './viewer/overlay.js'
import { PlaneFrames } from './viewer/planeFrames.js'
import { onMessage, post } from './wire.js'

const elements: PlaneElements = { stage: createRef(), canvas: createRef(), frames: createRef(), overlay: createRef() }
const editor = new Editor(post, { canvas: () => mounted(elements.canvas), onDraw: drawOverPlanes })
const { store, points, view, corrections } = editor
const mouse = new StageMouse(store, points, view, editor.commands, editor.edit, editor.corrections)

drawPage()
const overlay = new Overlay(mounted(elements.overlay), {
  onMove: (structure, side, pointMm) => {
    points.place({ structure, side }, pointMm)
  },
  onPick: (structure, side, pointMm) => {
    points.pick(structure, side, pointMm)
  },
  onBoxDrag: (boxMm) => {
    corrections.showBox(boxMm)
  },
  onBoxRelease: () => {
    corrections.releaseBox()
  },
  onCorrectionDrag: (index, pointMm) => {
    corrections.dragPoint(index, pointMm)
  },
  onCorrectionRelease: (index) => {
    corrections.releasePoint(index)
  },
  onRemovePoint: (index) => {
    corrections.removePoint(index)
  },
})
store.listen(() => {
  drawPage()
  drawOverPlanes()
})

function drawPage(): void {
  // What is there already and stands for the same is changed in place: a drag, a press and the focus outlive it.
  render(h(EditorLayout, { state: store.state, actions: editor, mouse, elements }), document.body)
  writeBodyData(document.body, store.state)
}

function drawOverPlanes(): void {
  const { viewer, state } = store
  if (!viewer) return
  overlay.draw(sceneOf(viewer, state))
  const scene = {
    planes: viewer.planes(),
    cells: viewer.cells(),
    activePlane: state.activePlane,
    fixedSlices: fixedSlices(state),
    renderProblem: viewer.renderProblem(),
  }
  render(
    h(PlaneFrames, {
      scene,
      onSlice: (plane, index) => {
        editor.showSlice(plane, index)
      },
    }),
    mounted(elements.frames),
  )
}

const narrow = window.matchMedia(NARROW_PAGE)
const fold = (): void => {
  view.foldPanel(narrow.matches)
}
narrow.addEventListener('change', fold)
fold()
window.addEventListener('focus', () => {
  if (document.activeElement === document.body) mounted(elements.stage).focus()
})
onMessage((message) => {
  editor.receive(message)
})
post({ type: 'ready' })
