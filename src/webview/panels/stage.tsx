import type { JSX, RefObject } from 'preact'
import type { EditorState } from '../control/editorState.js'
import { activeStructure, sideToPlace } from '../control/pointPlacement.js'
import type { StageMouse } from '../control/stageMouse.js'
import type { EditorActions } from '../control/editorActions.js'
import { guideText } from './guideText.js'
import { NoticeCard } from './notice.js'

/** Elements of the page that others work on: the planes' focus, NiiVue, the overlay. */
export interface PlaneElements {
  readonly stage: RefObject<HTMLDivElement>
  readonly canvas: RefObject<HTMLCanvasElement>
  readonly overlay: RefObject<SVGSVGElement>
}

/** Where the planes are drawn, with the guide and notices over them. */
export function Stage({
  state,
  actions,
  mouse,
  elements,
}: {
  readonly state: EditorState
  readonly actions: EditorActions
  readonly mouse: StageMouse
  readonly elements: PlaneElements
}): JSX.Element {
  const structure = activeStructure(state.points, state.active)
  const side = sideToPlace(structure, state.active?.side ?? null)
  return (
    <div
      class={side === null ? 'stage' : 'stage placing'}
      tabIndex={0}
      role="application"
      aria-label="Scan planes. Arrow keys move the crosshair, ? lists all keys."
      data-key="stage"
      ref={elements.stage}
      onFocus={() => {
        actions.reportFocus(true)
      }}
      onBlur={() => {
        actions.reportFocus(false)
      }}
    >
      <canvas
        class="planes"
        ref={elements.canvas}
        onPointerDown={(event) => {
          // NiiVue keeps a click from moving the focus; the keys need it.
          elements.stage.current?.focus()
          mouse.down(event)
        }}
        onPointerUp={(event) => {
          mouse.up(event)
        }}
        onPointerMove={(event) => {
          mouse.move(event)
        }}
        onWheelCapture={(event) => {
          mouse.wheel(event)
        }}
      />
      <svg class="overlay" aria-hidden="true" ref={elements.overlay} />
      <div class="guide-bar" aria-live="polite" hidden={structure === undefined}>
        {structure === undefined ? null : guideText(structure, side)}
      </div>
      <div class="notice" hidden={state.notice.kind === 'none'}>
        <NoticeCard
          notice={state.notice}
          onRetry={() => {
            actions.retry()
          }}
        />
      </div>
    </div>
  )
}
