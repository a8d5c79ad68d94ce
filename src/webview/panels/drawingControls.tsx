import type { JSX } from 'preact'
import type { ViewState } from '../viewer/viewState.js'
import { Button } from './button.js'
import { Checkbox } from './checkbox.js'
import type { EditorActions } from '../control/editorActions.js'

/** How the labels are drawn: shown, as outlines, how opaque, which. */
export function DrawingControls({
  view,
  actions,
}: {
  readonly view: ViewState
  readonly actions: EditorActions
}): JSX.Element {
  const isAllShown = view.hiddenLabels.length === 0
  return (
    <div class="drawing">
      <label>
        <Checkbox
          name="overlay"
          checked={view.overlayShown}
          onChange={(overlayShown) => {
            actions.changeView({ overlayShown })
          }}
        />
        Show
      </label>
      <label>
        <Checkbox
          name="outline"
          checked={view.outline}
          onChange={(outline) => {
            actions.changeView({ outline })
          }}
        />
        Outline
      </label>
      <input
        type="range"
        min="0"
        max="1"
        step="0.05"
        aria-label="Opacity of the label map"
        data-key="opacity"
        value={String(view.opacity)}
        onInput={({ currentTarget: { value } }) => {
          actions.changeView({ opacity: Number(value) })
        }}
      />
      <Button
        name="all"
        text={isAllShown ? 'Hide all' : 'Show all'}
        class="link"
        onClick={() => {
          actions.showAllLabels(!isAllShown)
        }}
      />
    </div>
  )
}
