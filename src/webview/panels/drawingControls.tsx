import type { JSX } from 'preact'
import type { ViewState } from '../viewer/viewState.js'
import { Button } from './button.js'
import { Checkbox } from './checkbox.js'
import type { EditorActions } from '../control/editorActions.js'

/** What of a label map is drawn. */
const SWITCHES = [
  { name: 'overlay', text: 'Show', title: undefined, key: 'overlayShown' },
  { name: 'outline', text: 'Outline', title: undefined, key: 'outline' },
  {
    name: 'boxes',
    text: 'Boxes',
    title: 'Boxes are drawn until a mask is there; this draws them with it too.',
    key: 'boxesShown',
  },
  {
    name: 'points',
    text: 'Points',
    title: 'Points are drawn until a mask is there; this draws them with it too.',
    key: 'pointsShown',
  },
] as const

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
      {SWITCHES.map(({ name, text, title, key }) => (
        <label key={name} title={title}>
          <Checkbox
            name={name}
            checked={view[key]}
            onChange={(isOn) => {
              actions.changeView({ [key]: isOn })
            }}
          />
          {text}
        </label>
      ))}
      <input
        type="range"
        min="0"
        max="1"
        step="0.05"
        aria-label="Opacity of the label map"
        title="Fill"
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
