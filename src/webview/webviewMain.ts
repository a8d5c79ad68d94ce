import type { ExtremeSide } from '../shared/geometry/points.js'
import { EXTREME_SIDES } from '../shared/geometry/points.js'
import { NO_POINTS, nextSide, type StructurePoints, type ScanPoints } from '../shared/scanPoints.js'
import type { FileSource, RunView, ToScanView } from '../protocol/scanEditor.js'
import type { KeyHelp } from '../protocol/viewCommand.js'
import { button, h } from './dom/dom.js'
import { promisedBytes } from './viewer/headerSize.js'
import { helpSheet } from './panels/helpSheet.js'
import { createLabelDisplay } from './viewer/labelDisplay.js'
import { pointsPanel, sideToPlace, guideText } from './panels/pointsPanel.js'
import { niftiProblem } from './viewer/niftiCheck.js'
import { createOverlay, type TruthResult } from './viewer/overlay.js'
import { tileAt, unproject, type Plane } from './viewer/projection.js'
import { renderInto } from './dom/render.js'
import { runPanel } from './panels/runPanel.js'
import { readScan, ScanProblem, tooLarge } from './viewer/scanBytes.js'
import { structureRows, type StructureRow } from './panels/structureRows.js'
import { structuresPanel } from './panels/structuresPanel.js'
import { renderToolbar } from './panels/toolbar.js'
import { runViewCommand, type CommandContext } from './viewer/viewCommands.js'
import { createViewer, type Reading, type Viewer } from './viewer/viewer.js'
import { FIRST_VIEW, parseViewState, type ViewState } from './viewer/viewState.js'
import { onMessage, post } from './wire.js'

const canvas = h('canvas', { class: 'planes' })
const title = h('h1', { class: 'for-screen-readers' })
const toolbar = h('div', { class: 'toolbar', aria: { role: 'toolbar', label: 'View' } })
const reading = h('div', {
  class: 'status',
  aria: { role: 'status', live: 'off', label: 'Position and value under the crosshair' },
})
const guide = h('div', { class: 'guide-bar', aria: { live: 'polite' } })
const notice = h('div', { class: 'notice' })
const overlay = createOverlay({
  onMove: (structure, side, pointMm) => {
    post({ type: 'marks', request: { kind: 'place', structure, side, pointMm } })
  },
  onPick: (structure, side, pointMm) => {
    const target = missing()
    if (target === null) {
      activate(structure, side)
      return
    }
    // The crosshair goes along, as it does with a click beside the point.
    viewer?.moveTo(pointMm)
    post({ type: 'marks', request: { kind: 'place', ...target, pointMm } })
  },
})
const stage = h(
  'div',
  {
    class: 'stage',
    set: { tabIndex: 0 },
    aria: { role: 'application', label: 'Scan planes. Arrow keys move the crosshair, ? lists all keys.' },
    data: { key: 'stage' },
  },
  canvas,
  guide,
  notice,
)
stage.insertBefore(overlay.element, guide)
const runSection = h('section', { class: 'run', aria: { label: 'Run' } })
const structuresSection = h('section', { class: 'structures-section', aria: { label: 'Structures' } })
const pointsSection = h('section', { class: 'marks-section', aria: { label: 'Template points' } })
const panel = h(
  'aside',
  { class: 'panel', aria: { label: 'Structures and template points' } },
  runSection,
  structuresSection,
  pointsSection,
)
document.body.append(
  h('header', {}, title, toolbar),
  h('div', { class: 'main' }, h('main', {}, stage), panel),
  h('footer', {}, reading),
)

let view: ViewState = FIRST_VIEW
let viewTimer: number | undefined
let viewer: Viewer | null = null
let keys: readonly KeyHelp[] = []
let canRun = false
let marks: ScanPoints = NO_POINTS
let active: { readonly structure: string; readonly side: ExtremeSide | null } | null = null
let run: RunView = { kind: 'idle' }
let plane: Plane = 'axial'
/** True while a crosshair of another editor is followed: it must not be sent back. */
let following = false
const labels = createLabelDisplay(() => viewer, {
  onLoaded: (current) => {
    current.paintLabels(rows(), view.hiddenLabels)
    applyOverlay()
  },
  onChange: renderAll,
})

function remember(): void {
  if (!viewer || document.body.dataset['rendered'] === undefined) return
  view = { ...view, crosshairMm: viewer.crosshairMm(), panZoom: viewer.panZoom() }
  // Dragging changes the view many times a second; the host keeps the last one.
  window.clearTimeout(viewTimer)
  viewTimer = window.setTimeout(() => {
    post({ type: 'view', view })
  }, 300)
}

function change(next: Partial<ViewState>): void {
  const before = view
  view = { ...view, ...next }
  if (viewer) {
    if (view.layout !== before.layout) viewer.setLayout(view.layout)
    if (view.levelHu !== before.levelHu || view.widthHu !== before.widthHu) viewer.setWindow(view)
    if (view.radiological !== before.radiological) viewer.setConvention(view.radiological)
    if (view.crosshairShown !== before.crosshairShown) viewer.setCrosshairShown(view.crosshairShown)
    if (view.opacity !== before.opacity || view.outline !== before.outline || view.overlayShown !== before.overlayShown)
      applyOverlay()
    if (view.hiddenLabels !== before.hiddenLabels) viewer.paintLabels(rows(), view.hiddenLabels)
  }
  if (view.layout !== before.layout && view.layout !== 'multiplanar') plane = view.layout
  remember()
  renderAll()
}

function applyOverlay(): void {
  viewer?.setOverlay(view.overlayShown ? view.opacity : 0, view.outline)
}

function rows(): StructureRow[] {
  const { map, facts } = labels.state()
  return structureRows(run, map?.structures ?? [], facts)
}

function renderAll(): void {
  renderToolbar(
    toolbar,
    view,
    canRun,
    viewer !== null && document.body.dataset['rendered'] !== undefined && run.kind !== 'running',
    {
      onCommand: command,
      onWindow: ({ levelHu, widthHu }) => {
        change({ levelHu, widthHu })
      },
      onSegment: () => {
        post({ type: 'action', action: 'segment' })
      },
    },
  )
  panel.hidden = !view.panelOpen
  const { names, map, drawnUrl, busy, problem } = labels.state()
  renderInto(
    runSection,
    runPanel(run, (action) => {
      post({ type: 'action', action })
    }),
  )
  renderInto(
    structuresSection,
    structuresPanel(
      {
        labelMaps: names,
        shown: map?.file.name ?? null,
        rows: rows(),
        warnings: map?.warnings ?? [],
        view,
        drawn: drawnUrl !== null,
        busy,
        problem,
      },
      {
        onPickLabelMap: (name) => {
          post({ type: 'showLabelMap', name })
        },
        onToggle: toggleLabel,
        onToggleAll: (shown) => {
          change({ hiddenLabels: shown ? [] : rows().map(({ labelValue }) => labelValue) })
        },
        onJump: jumpTo,
        onOpacity: (opacity) => {
          change({ opacity })
        },
        onOutline: (outline) => {
          change({ outline })
        },
        onOverlay: (overlayShown) => {
          change({ overlayShown })
        },
        onUseAsTemplate: () => {
          post({ type: 'action', action: 'useLabelMap' })
        },
      },
    ),
  )
  renderInto(
    pointsSection,
    pointsPanel(
      {
        structures: marks.structures,
        active: active?.structure ?? null,
        side: sideToPlace(activeStructure(), active?.side ?? null),
      },
      {
        onRequest: (request) => {
          post({ type: 'marks', request })
        },
        onAction: (action) => {
          post({ type: 'action', action })
        },
        onActivate: (structure) => {
          activate(structure, null)
        },
        onSide: (side) => {
          if (active) activate(active.structure, side)
        },
        onJump: (pointMm) => viewer?.moveTo(pointMm),
      },
    ),
  )
  const structure = activeStructure()
  guide.textContent = structure === undefined ? '' : guideText(structure, sideToPlace(structure, active?.side ?? null))
  guide.hidden = structure === undefined
  stage.classList.toggle('placing', placing() !== null)
  drawOverlay()
}

function toggleLabel(labelValue: number): void {
  const hidden = view.hiddenLabels.includes(labelValue)
  change({
    hiddenLabels: hidden
      ? view.hiddenLabels.filter((value) => value !== labelValue)
      : [...view.hiddenLabels, labelValue],
  })
}

function jumpTo(labelValue: number): void {
  const { preview, facts } = labels.state()
  // During a run the label map on display may still be an older one.
  const fact =
    run.kind === 'running' && preview === null
      ? undefined
      : facts.find((candidate) => candidate.labelValue === labelValue)
  const box = rows().find((row) => row.labelValue === labelValue)?.boxMm
  if (fact) viewer?.moveTo(fact.insideMm)
  else if (box)
    viewer?.moveTo([(box.min[0] + box.max[0]) / 2, (box.min[1] + box.max[1]) / 2, (box.min[2] + box.max[2]) / 2])
}

function drawOverlay(): void {
  if (!viewer) return
  const drawn: TruthResult[] = rows().flatMap((row) =>
    row.boxMm === null || view.hiddenLabels.includes(row.labelValue) || !view.overlayShown
      ? []
      : [{ name: row.name, color: row.color, boxMm: row.boxMm, pointsMm: row.extremePointsMm }],
  )
  overlay.draw({
    tiles: viewer.tiles(),
    spacingMm: viewer.spacingMm(),
    results: drawn,
    marks: marks.structures,
    active: active?.structure ?? null,
  })
}

function activeStructure(): StructurePoints | undefined {
  return marks.structures.find(({ name }) => name === active?.structure)
}

function activate(structure: string | null, side: ExtremeSide | null): void {
  active = structure === null ? null : { structure, side }
  renderAll()
}

function placing(): { readonly structure: string; readonly side: ExtremeSide } | null {
  const structure = activeStructure()
  const side = sideToPlace(structure, active?.side ?? null)
  return structure === undefined || side === null ? null : { structure: structure.name, side }
}

/** What the next click places as long as it is not there yet: an older point in the way must not keep it from being placed. */
function missing(): ReturnType<typeof placing> {
  const target = placing()
  return target === null || activeStructure()?.points[target.side] !== undefined ? null : target
}

function stepPoint(step: 1 | -1): void {
  const structure = activeStructure()
  if (structure === undefined) return
  const at = EXTREME_SIDES.indexOf(active?.side ?? nextSide(structure) ?? 'inferior')
  const side = EXTREME_SIDES[(at + step + EXTREME_SIDES.length) % EXTREME_SIDES.length]
  activate(structure.name, side)
  const pointMm = structure.points[side]
  if (pointMm !== undefined) viewer?.moveTo(pointMm)
}

function commandContext(current: Viewer): CommandContext {
  return {
    viewer: current,
    view,
    plane,
    change,
    placeAtCrosshair: () => {
      const target = placing()
      const pointMm = current.crosshairMm()
      if (target && pointMm) post({ type: 'marks', request: { kind: 'place', ...target, pointMm } })
    },
    deletePoint: () => {
      const structure = activeStructure()
      const side = active?.side
      if (structure && side && structure.points[side] !== undefined)
        post({ type: 'marks', request: { kind: 'unplace', structure: structure.name, side } })
    },
    stepPoint,
    showHelp: () => {
      const dialog = helpSheet(keys)
      document.body.append(dialog)
      dialog.showModal()
    },
  }
}

function command(name: Parameters<typeof runViewCommand>[0]): void {
  if (!viewer) return
  runViewCommand(name, commandContext(viewer))
  remember()
}

function showReading({ pointMm, voxel, value }: Reading): void {
  reading.textContent = `${pointMm.map((mm) => mm.toFixed(1)).join(', ')} mm · voxel ${voxel.map((index) => Math.round(index)).join(', ')} · ${Number.isFinite(value) ? Math.round(value) : '–'} HU`
  remember()
  if (!following) post({ type: 'crosshair', pointMm })
}

async function open(message: Extract<ToScanView, { type: 'open' }>): Promise<void> {
  keys = message.keys
  canRun = message.canRun
  title.textContent = message.scan.name
  marks = message.marks
  if (viewer === null) {
    view = parseViewState(message.view) ?? FIRST_VIEW
    if (view.layout !== 'multiplanar') plane = view.layout
  }
  delete document.body.dataset['rendered']
  renderAll()
  try {
    showLoading(`Reading ${message.scan.name}…`, 0, message.scan.sizeBytes)
    viewer ??= await createViewer(canvas, view, {
      onReading: showReading,
      onWindow: ({ levelHu, widthHu }) => {
        view = { ...view, levelHu, widthHu }
        remember()
        renderAll()
      },
      onDraw: drawOverlay,
    })
    const bytes = await readScan(message.scan.url, message.scan.sizeBytes, message.limitBytes, (done, total) => {
      showLoading(`Reading ${message.scan.name}…`, done, total)
    })
    showLoading(`Drawing ${message.scan.name}…`, 1, 1)
    await painted()
    await checkAndShow(viewer, bytes, message.scan, message.limitBytes)
    restore(viewer)
    notice.replaceChildren()
    notice.hidden = true
    document.body.dataset['rendered'] = 'true'
    renderAll()
    await labels.redraw()
  } catch (error) {
    showProblem(
      message.scan.name,
      error instanceof ScanProblem
        ? error.message
        : `The scan cannot be shown (${error instanceof Error ? error.message : String(error)}). Try again, or export it as NIfTI.`,
    )
  }
}

async function checkAndShow(current: Viewer, bytes: ArrayBuffer, scan: FileSource, limitBytes: number): Promise<void> {
  const name = scan.name.replace(/\.gz$/i, '')
  const isNifti = /\.nii$/i.test(name)
  const problem = isNifti ? niftiProblem(bytes) : null
  if (problem !== null) throw new ScanProblem(problem)
  // What is packed inside the format is unpacked by the renderer, which asks nobody.
  if (!isNifti && (promisedBytes(bytes) ?? 0) > limitBytes) throw tooLarge(limitBytes)
  await current.showScan(bytes, name)
}

function restore(current: Viewer): void {
  current.setLayout(view.layout)
  current.setWindow(view)
  current.setPanZoom(view.panZoom)
  if (view.crosshairMm) current.moveTo(view.crosshairMm)
  else current.step(0, 0)
}

function showLoading(text: string, done: number, total: number): void {
  notice.hidden = false
  notice.replaceChildren(
    h(
      'div',
      { class: 'card', aria: { role: 'status' } },
      h('p', { set: { textContent: text } }),
      h('progress', { set: { max: Math.max(1, total), value: done } }),
    ),
  )
}

/** Waits until what was shown can be seen: without a graphics card, drawing a large scan holds the page for half a minute. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve))
    // A hidden page is never painted.
    setTimeout(resolve, 200)
  })
}

function showProblem(name: string, text: string): void {
  notice.hidden = false
  notice.replaceChildren(
    h(
      'div',
      { class: 'card', aria: { role: 'alert' } },
      h('h2', { set: { textContent: name } }),
      h('p', { class: 'problem', set: { textContent: text } }),
      button(
        'Try again',
        () => {
          post({ type: 'ready' })
        },
        { class: 'button primary' },
      ),
    ),
  )
}

function onPoints(next: ScanPoints, activateName: string | undefined): void {
  const target = placing()
  marks = next
  if (activateName !== undefined) active = { structure: activateName, side: null }
  else if (active !== null && activeStructure() === undefined) active = null
  // A point that was asked for is there now: the guide goes on to the next one that is missing.
  else if (active !== null && target !== null && activeStructure()?.points[target.side] !== undefined)
    active = { structure: active.structure, side: null }
  renderAll()
}

onMessage((message) => {
  switch (message.type) {
    case 'open':
      void open(message)
      return
    case 'problem':
      title.textContent = message.name
      showProblem(message.name, message.text)
      return
    case 'canRun':
      canRun = message.canRun
      renderAll()
      return
    case 'marks':
      onPoints(message.marks, message.activate)
      return
    case 'labelMaps':
      labels.setLabelMaps(message.names, message.shown)
      return
    case 'run':
      run = message.run
      document.body.dataset['run'] = run.kind
      renderAll()
      return
    case 'preview':
      labels.setPreview(message.file)
      return
    case 'crosshair':
      following = true
      viewer?.moveTo(message.pointMm)
      following = false
      return
    case 'command':
      command(message.command)
      return
  }
})

let pressed: { readonly x: number; readonly y: number } | null = null
canvas.addEventListener('pointerdown', (event) => {
  // NiiVue keeps a click from moving the focus; the keys need it.
  stage.focus()
  pressed = event.button === 0 && !event.ctrlKey && !event.shiftKey ? { x: event.offsetX, y: event.offsetY } : null
})
canvas.addEventListener('pointerup', (event) => {
  const target = placing()
  if (
    pressed === null ||
    target === null ||
    !viewer ||
    Math.hypot(event.offsetX - pressed.x, event.offsetY - pressed.y) > 4
  )
    return
  const tile = tileAt(viewer.tiles(), event.offsetX, event.offsetY)
  if (tile)
    post({
      type: 'marks',
      request: { kind: 'place', ...target, pointMm: unproject(tile, event.offsetX, event.offsetY) },
    })
})
canvas.addEventListener('pointermove', (event) => {
  plane = tileAt(viewer?.tiles() ?? [], event.offsetX, event.offsetY)?.plane ?? plane
})
canvas.addEventListener(
  'wheel',
  (event) => {
    if (!event.ctrlKey) return
    event.preventDefault()
    event.stopImmediatePropagation()
    viewer?.zoomBy(event.deltaY < 0 ? 1.1 : 1 / 1.1)
    remember()
  },
  { capture: true, passive: false },
)
stage.addEventListener('focus', () => {
  post({ type: 'focus', focused: true })
})
stage.addEventListener('blur', () => {
  post({ type: 'focus', focused: false })
})
window.addEventListener('focus', () => {
  if (document.activeElement === document.body) stage.focus()
})

renderAll()
post({ type: 'ready' })
