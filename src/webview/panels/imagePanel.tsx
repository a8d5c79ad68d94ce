import type { JSX } from 'preact'
import type { EditorState } from '../control/editorState.js'
import type { EditorActions } from '../control/editorActions.js'
import { COLORMAPS } from '../viewer/colormaps.js'
import type { SecondLook } from '../viewer/secondImage.js'
import { Button } from './button.js'

interface ImageProps {
  readonly state: EditorState
  readonly actions: EditorActions
}

/** The "Image" section: the image that is laid over the scan, and what the scan's header says. */
export function ImagePanel({ state, actions }: ImageProps): JSX.Element {
  const { second } = state
  return (
    <>
      <h2>Image</h2>
      {second !== null && <Second second={second} actions={actions} />}
      <div class="buttons">
        <Button
          name="chooseSecond"
          text={second === null ? 'Lay an image over…' : 'Another…'}
          title="Another image over this one in colours, such as a PET or a dose"
          onClick={() => {
            actions.act('chooseSecond')
          }}
        />
        <Button
          name="header"
          text="Header…"
          title="Size, spacing, orientation and header"
          disabled={state.image === null}
          onClick={() => {
            actions.showHeader(true)
          }}
        />
      </div>
    </>
  )
}

function Second({
  second: { name, look, problem },
  actions,
}: {
  readonly second: NonNullable<EditorState['second']>
  readonly actions: EditorActions
}): JSX.Element {
  return (
    <div class="second" data-second={name}>
      <p class="second-name">
        <span class="name" title={name}>
          {name}
        </span>
        <Button
          name="removeSecond"
          text="Remove"
          class="link"
          label={`Remove ${name}`}
          onClick={() => {
            actions.act('removeSecond')
          }}
        />
      </p>
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {look === null && problem === null && (
        <p class="hint" role="status">
          Loading…
        </p>
      )}
      {look !== null && <LookControls look={look} actions={actions} />}
    </div>
  )
}

function LookControls({ look, actions }: { readonly look: SecondLook; readonly actions: EditorActions }): JSX.Element {
  const limit = (text: string, key: 'low' | 'high'): JSX.Element => (
    <label>
      {text}
      <input
        type="number"
        step="any"
        aria-label={`${text} value of the image over the scan`}
        value={String(Number(look[key].toPrecision(4)))}
        onChange={({ currentTarget }) => {
          if (Number.isFinite(currentTarget.valueAsNumber)) actions.changeSecond({ [key]: currentTarget.valueAsNumber })
        }}
      />
    </label>
  )
  return (
    <div class="drawing">
      <select
        aria-label="Colours of the image over the scan"
        value={look.colormap}
        onChange={({ currentTarget: { value } }) => {
          const colormap = COLORMAPS.find((one) => one === value)
          if (colormap !== undefined) actions.changeSecond({ colormap })
        }}
      >
        {COLORMAPS.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
      <input
        type="range"
        min="0"
        max="1"
        step="0.05"
        aria-label="Opacity of the image over the scan"
        value={String(look.opacity)}
        onInput={({ currentTarget: { value } }) => {
          actions.changeSecond({ opacity: Number(value) })
        }}
      />
      {limit('From', 'low')}
      {limit('to', 'high')}
    </div>
  )
}
