import type { CorrectionControl } from './correctionControl.js'
import type { EditControl } from './editControl.js'
import type { EditorCommands } from './editorCommands.js'
import type { PointControl } from './pointControl.js'
import type { ViewControl } from './viewControl.js'
import type { EditorStore } from './editorStore.js'
import { tileAt, unproject, type Tile } from '../viewer/projection.js'
import type { Cell, CellKind } from '../viewer/stageLayout.js'

/** Moving less than this far between press and release is a click. */
const CLICK_PX = 4
const WHEEL_ZOOM = 1.1
/** What a notch of a mouse wheel sends; touchpads send less, many times. */
const NOTCH_PX = 100
/** So much of it is a slice. */
const SLICE_PX = 50
/** How much of the window a drag over a pixel changes, and at least how much. */
const WINDOW_PER_PX = 1 / 250
const DEGREES_PER_PX = 0.5

/** What a drag does. */
type DragKind = 'crosshair' | 'draw' | 'correct' | 'box' | 'measure' | 'pan' | 'window' | 'turn'

interface Drag {
  readonly kind: DragKind
  readonly tile: Tile | null
  readonly startX: number
  readonly startY: number
  x: number
  y: number
  isMoved: boolean
}

/** What the mouse does on the stage. */
export class StageMouse {
  private drag: Drag | null = null
  /** Wheel movement that has not made a slice yet, in pixels. */
  private wheeled = 0
  /** The left button pans then, whatever tool is in the hand. */
  private isSpaceHeld = false

  constructor(
    private readonly store: EditorStore,
    private readonly points: PointControl,
    private readonly view: ViewControl,
    private readonly commands: EditorCommands,
    private readonly edit: EditControl,
    private readonly corrections: CorrectionControl,
  ) {}

  down(event: PointerEvent): void {
    const { x, y } = placeOf(event)
    const kind = this.kindOf(event, this.cellAt(x, y)?.kind ?? null)
    // A second button must not take a stroke's place.
    if (kind === null || this.drag?.kind === 'draw') return
    const element = event.currentTarget as Element
    element.setPointerCapture(event.pointerId)
    const tile = this.tileAt(x, y)
    this.drag = { kind, tile, startX: x, startY: y, x, y, isMoved: false }
    if (kind === 'crosshair') this.moveCrosshair(x, y)
    if (kind === 'box') this.corrections.beginRectangle()
    if (kind === 'draw' && tile !== null) this.edit.begin(tile.plane, unproject(tile, x, y))
  }

  move(event: PointerEvent): void {
    const { x, y } = placeOf(event)
    const { drag } = this
    const tile = this.tileAt(x, y)
    this.view.hover(drag === null ? (tile?.plane ?? null) : null, tile === null ? null : unproject(tile, x, y))
    this.edit.hover(tile?.plane ?? null, tile === null ? null : unproject(tile, x, y))
    if (drag === null) return
    if (drag.kind === 'draw') {
      if (drag.tile !== null) this.edit.move(unproject(drag.tile, x, y))
      return
    }
    drag.isMoved ||= Math.hypot(x - drag.startX, y - drag.startY) > CLICK_PX
    if (drag.isMoved) this.dragTo(drag, x, y)
  }

  up(event: PointerEvent): void {
    const { drag } = this
    if (drag?.kind === 'draw' && event.button !== 0) return
    this.drag = null
    if (drag?.kind === 'draw') this.edit.end()
    if (drag?.kind === 'box' && drag.isMoved) this.corrections.releaseBox()
    if (drag === null || drag.isMoved) return
    if (drag.kind === 'correct' && drag.tile !== null)
      this.corrections.addPoint(unproject(drag.tile, drag.x, drag.y), !event.shiftKey)
    // A right click that drags nothing opens the menu, which would else open before the drag.
    if (event.button === 2) this.openMenu(event, drag)
    const target = this.points.target()
    const isPlacing = this.store.state.isPlacing && target !== null
    if (event.button === 0 && drag.kind === 'crosshair' && isPlacing && drag.tile !== null)
      this.points.place(target, unproject(drag.tile, drag.x, drag.y))
  }

  leave(): void {
    this.view.hover(null, null)
    this.edit.hover(null, null)
  }

  /** The stage lost the keyboard: no key is known to be held. */
  blur(): void {
    this.isSpaceHeld = false
  }

  /** A key went down or up on the stage. */
  key(event: KeyboardEvent, isDown: boolean): void {
    if (event.key !== ' ') return
    if (!isDown) this.isSpaceHeld = false
    // Buttons on the stage are pressed with it.
    if (event.target !== event.currentTarget) return
    event.preventDefault()
    this.isSpaceHeld = isDown
  }

  /** Places the next point where points are placed; else maximises what was clicked, or puts it back. */
  doubleClick(event: MouseEvent): void {
    const { x, y } = placeOf(event)
    const { isMeasuring, isPlacing } = this.store.state
    const cell = this.cellAt(x, y)
    const tile = this.tileAt(x, y)
    const target = this.points.target()
    if (isMeasuring || !cell || this.edit.isDrawing() || this.edit.segmenterTool() !== null) return
    if (target === null || tile === null) this.view.maximise(cell.kind)
    else if (!isPlacing) this.points.place(target, unproject(tile, x, y))
  }

  /** Goes through the slices; with Ctrl it zooms at the mouse. */
  wheel(event: WheelEvent): void {
    event.preventDefault()
    const { x, y } = placeOf(event)
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * (NOTCH_PX / 3)
    const tile = this.tileAt(x, y)
    const factor = WHEEL_ZOOM ** (-pixels / NOTCH_PX)
    if (tile === null) {
      if (this.cellAt(x, y)?.kind === 'render') this.view.zoomRender(factor)
      return
    }
    if (event.ctrlKey || event.metaKey) {
      this.view.zoomAt(tile.plane, [x, y], factor)
      return
    }
    this.view.hover(tile.plane, null)
    // Turning back counts from there.
    this.wheeled = Math.sign(pixels) === Math.sign(this.wheeled) ? this.wheeled + pixels : pixels
    if (Math.abs(this.wheeled) < SLICE_PX) return
    this.view.scroll(tile.plane, Math.sign(this.wheeled))
    this.wheeled = 0
  }

  private kindOf(event: PointerEvent, cell: CellKind | null): DragKind | null {
    const isRender = cell === 'render'
    // With Shift a point is not of the structure.
    if (event.button === 0 && !event.ctrlKey && !this.isSpaceHeld && cell === 'axial')
      if (this.edit.segmenterTool() === 'points') return 'correct'
    const isPanned = event.shiftKey || this.isSpaceHeld
    if (event.button === 1 || (event.button === 0 && isPanned)) return isRender ? 'turn' : 'pan'
    if (event.button === 2 || (event.button === 0 && event.ctrlKey)) return 'window'
    if (event.button === 0 && !isRender) {
      if (this.store.state.isMeasuring) return 'measure'
      if (this.edit.segmenterTool() === 'box') return 'box'
      return this.edit.isDrawing() ? 'draw' : 'crosshair'
    }
    if (event.button === 0) return 'turn'
    return null
  }

  private dragTo(drag: Drag, x: number, y: number): void {
    const [dx, dy] = [x - drag.x, y - drag.y]
    drag.x = x
    drag.y = y
    switch (drag.kind) {
      case 'crosshair':
        this.moveCrosshair(x, y)
        return
      case 'draw':
      case 'correct':
        return
      case 'box': {
        const { tile } = drag
        if (tile === null) return
        this.corrections.showRectangle(tile.plane, unproject(tile, drag.startX, drag.startY), unproject(tile, x, y))
        return
      }
      case 'measure': {
        const { tile } = drag
        if (tile === null) return
        const [fromMm, toMm] = [unproject(tile, drag.startX, drag.startY), unproject(tile, x, y)]
        this.store.update({ measured: { plane: tile.plane, fromMm, toMm } })
        return
      }
      case 'pan':
        if (drag.tile) this.view.panBy(drag.tile.plane, dx, dy)
        return
      case 'window': {
        const { levelHu, widthHu } = this.store.state.view
        const step = Math.max(widthHu, 1e-6) * WINDOW_PER_PX
        this.view.change({
          levelHu: tidy(levelHu - dy * step, widthHu),
          widthHu: Math.max(widthHu / 2, tidy(widthHu + dx * step, widthHu), widthHu > 10 ? 1 : 1e-6),
        })
        return
      }
      case 'turn':
        this.view.turn(-dx * DEGREES_PER_PX, dy * DEGREES_PER_PX)
        return
    }
  }

  private openMenu(event: PointerEvent, { tile, x, y }: Drag): void {
    const pointMm = tile === null ? null : unproject(tile, x, y)
    const labelValue = pointMm === null ? 0 : (this.store.viewer?.readingAt(pointMm).labelValue ?? 0)
    this.commands.openMenu({ kind: this.cellAt(x, y)?.kind ?? null, pointMm, labelValue })
    const section = tile === null ? 'render' : 'plane'
    const onStructure = labelValue > 0
    const placing = this.points.target() !== null
    const context = { webviewSection: section, onStructure, labelValue, placing }
    ;(event.currentTarget as HTMLElement).dataset['vscodeContext'] = JSON.stringify(context)
    askForMenu(event)
  }

  private moveCrosshair(x: number, y: number): void {
    const tile = this.drag?.tile
    if (tile) this.store.viewer?.moveTo(unproject(tile, x, y))
  }

  private tileAt(x: number, y: number): Tile | null {
    return tileAt(this.store.viewer?.tiles() ?? [], x, y)
  }

  private cellAt(x: number, y: number): Cell | undefined {
    return (this.store.viewer?.cells() ?? []).find(
      ({ left, top, width, height }) => x >= left && x <= left + width && y >= top && y <= top + height,
    )
  }
}

/** Whole units, as long as the window is not so narrow that they are coarse. */
function tidy(value: number, width: number): number {
  return width > 20 ? Math.round(value) : value
}

function placeOf(event: MouseEvent): { readonly x: number; readonly y: number } {
  const bounds = (event.currentTarget as Element).getBoundingClientRect()
  return { x: event.clientX - bounds.left, y: event.clientY - bounds.top }
}

/** VS Code opens its menu for this event, which the browser sends before a drag is known to be none. */
function askForMenu({ target, clientX, clientY }: PointerEvent): void {
  target?.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX, clientY }))
}
