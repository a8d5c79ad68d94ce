import { createRef, h, render } from 'preact'
import { Editor } from './control/editor.js'
import { sceneOf } from './control/sceneOf.js'
import { StageMouse } from './control/stageMouse.js'
import { writeBodyData } from './dom/bodyData.js'
import { mounted } from './dom/mounted.js'
import { EditorLayout } from './panels/editorLayout.js'
import type { PlaneElements } from './panels/stage.js'
import { Overlay } from './viewer/overlay.js'
import { onMessage, post } from './wire.js'

const elements: PlaneElements = { stage: createRef(), canvas: createRef(), overlay: createRef() }
const editor = new Editor(post, { canvas: () => mounted(elements.canvas), onDraw: drawOverlay })
const { store, points } = editor
const mouse = new StageMouse(() => store.viewer?.tiles() ?? [], points, editor.view)

drawPage()
const overlay = new Overlay(mounted(elements.overlay), {
  onMove: (structure, side, pointMm) => {
    points.place({ structure, side }, pointMm)
  },
  onPick: (structure, side, pointMm) => {
    points.pick(structure, side, pointMm)
  },
})
store.listen(() => {
  drawPage()
  drawOverlay()
})

function drawPage(): void {
  // What is there already and stands for the same is changed in place: a drag, a press and the focus outlive it.
  render(h(EditorLayout, { state: store.state, actions: editor, mouse, elements }), document.body)
  writeBodyData(document.body, store.state)
}

function drawOverlay(): void {
  if (store.viewer) overlay.draw(sceneOf(store.viewer, store.state))
}

window.addEventListener('focus', () => {
  if (document.activeElement === document.body) mounted(elements.stage).focus()
})
onMessage((message) => {
  editor.receive(message)
})
post({ type: 'ready' })
