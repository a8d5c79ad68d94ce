import type { JSX } from 'preact'
import type { ImageState } from '../control/editorState.js'
import type { EditorActions } from '../control/editorActions.js'

/** Which volume of a 4D image is shown; nothing where there is one. */
export function TimePoints({
  image,
  actions,
}: {
  readonly image: ImageState | null
  readonly actions: EditorActions
}): JSX.Element | null {
  if (image === null || image.facts.timePoints < 2) return null
  const { timePoints } = image.facts
  return (
    <label class="time-points">
      {`Frame ${image.timePoint + 1} of ${timePoints}`}
      <input
        type="range"
        min="0"
        max={String(timePoints - 1)}
        step="1"
        aria-label="Frame of the 4D image"
        data-key="timePoint"
        value={String(image.timePoint)}
        onInput={({ currentTarget }) => {
          actions.showTimePoint(Number(currentTarget.value))
        }}
      />
    </label>
  )
}
