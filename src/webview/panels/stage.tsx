import type { JSX, RefObject } from 'preact'
import type { EditorState } from '../control/editorState.js'
import { activeStructure, sideToPlace } from '../control/pointPlacement.js'
import type { StageMouse } from '../control/stageMouse.js'
import type { EditorActions } from '../control/editorActions.js'
import { guideText } from './guideText.js'
import { NoticeCard } from './notice.js'

/** Elements of the page that others work on: the planes' focus, what draws them, what is drawn over them. */
export interface PlaneElements {
  readonly stage: RefObject<HTMLDivElement>
  readonly canvas: RefObject<HTMLCanvasElement>
  readonly frames: RefObject<HTMLDivElement>
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
      class={stageClass(state, side !== null)}
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
        mouse.blur()
      }}
      onKeyDown={(event) => {
        mouse.key(event, true)
      }}
      onKeyUp={(event) => {
        mouse.key(event, false)
      }}
    >
      <canvas
        class="planes"
        ref={elements.canvas}
        onPointerDown={(event) => {
          // The keys need the focus.
          elements.stage.current?.focus()
          mouse.down(event)
        }}
        onPointerUp={(event) => {
          mouse.up(event)
        }}
        onPointerMove={(event) => {
          mouse.move(event)
        }}
        onPointerLeave={() => {
          mouse.leave()
        }}
        onDblClick={(event) => {
          mouse.doubleClick(event)
        }}
        onWheel={(event) => {
          mouse.wheel(event)
        }}
        onContextMenu={keepForDrags}
      />
      {/* The viewer puts it where the layout has 3D. */}
      <div class="render-place" hidden>
        <canvas class="render" />
      </div>
      <svg class="overlay" aria-hidden="true" ref={elements.overlay} />
      <div class="frames" ref={elements.frames} />
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

/** Says which cursor the planes have. */
function stageClass({ isMeasuring, edit }: EditorState, isPlacing: boolean): string {
  if (edit.isOn && edit.tool !== null) return 'stage drawing-labels'
  return isPlacing || isMeasuring ? 'stage placing' : 'stage'
}

/** With the right button the window is dragged: the menu comes when it is released where it was pressed. */
function keepForDrags(event: MouseEvent): void {
  if (event.isTrusted && event.button === 2) event.preventDefault()
}
