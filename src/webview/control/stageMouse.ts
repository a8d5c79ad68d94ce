import type { PointControl } from './pointControl.js'
import type { ViewControl } from './viewControl.js'
import { tileAt, unproject, type Tile } from '../viewer/projection.js'

/** Moving less than this far between press and release is a click. */
const CLICK_PX = 4
const WHEEL_ZOOM = 1.1

/** What the mouse does on the planes beside what NiiVue does itself: places points, zooms, tells the plane. */
export class StageMouse {
  private pressed: { readonly x: number; readonly y: number } | null = null

  constructor(
    private readonly tiles: () => readonly Tile[],
    private readonly points: PointControl,
    private readonly view: ViewControl,
  ) {}

  down(event: PointerEvent): void {
    const isPlain = event.button === 0 && !event.ctrlKey && !event.shiftKey
    this.pressed = isPlain ? { x: event.offsetX, y: event.offsetY } : null
  }

  up(event: PointerEvent): void {
    const target = this.points.target()
    const { pressed } = this
    if (pressed === null || target === null) return
    if (Math.hypot(event.offsetX - pressed.x, event.offsetY - pressed.y) > CLICK_PX) return
    const tile = tileAt(this.tiles(), event.offsetX, event.offsetY)
    if (tile) this.points.place(target, unproject(tile, event.offsetX, event.offsetY))
  }

  move(event: PointerEvent): void {
    const tile = tileAt(this.tiles(), event.offsetX, event.offsetY)
    if (tile) this.view.showPlane(tile.plane)
  }

  /** With Ctrl the wheel zooms; without it NiiVue goes through the slices. */
  wheel(event: WheelEvent): void {
    if (!event.ctrlKey) return
    event.preventDefault()
    event.stopImmediatePropagation()
    this.view.zoomBy(event.deltaY < 0 ? WHEEL_ZOOM : 1 / WHEEL_ZOOM)
  }
}
