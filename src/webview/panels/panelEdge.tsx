import type { JSX } from 'preact'

const MIN_PX = 200
const MAX_PX = 640
const KEY_PX = 16

/** The edge of the side panel: dragged, or moved with the arrow keys, it changes the panel's width. */
export function PanelEdge({
  widthPx,
  onResize,
}: {
  readonly widthPx: number
  readonly onResize: (widthPx: number) => void
}): JSX.Element {
  const resize = (px: number): void => {
    onResize(Math.min(MAX_PX, Math.max(MIN_PX, Math.round(px))))
  }
  return (
    <div
      class="panel-edge"
      role="separator"
      tabIndex={0}
      aria-label="Width of the side panel"
      aria-orientation="vertical"
      aria-valuemin={MIN_PX}
      aria-valuemax={MAX_PX}
      aria-valuenow={widthPx}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) resize(document.body.clientWidth - event.clientX)
      }}
      onKeyDown={({ key }) => {
        if (key === 'ArrowLeft') resize(widthPx + KEY_PX)
        if (key === 'ArrowRight') resize(widthPx - KEY_PX)
      }}
    />
  )
}
