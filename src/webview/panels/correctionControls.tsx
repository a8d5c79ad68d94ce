import type { JSX } from 'preact'
import type { EditorActions } from '../control/editorActions.js'
import type { EditorState } from '../control/editorState.js'
import { Button } from './button.js'

/** What belongs to points and boxes that the segmenter answers, and whether it is at work. */
export function CorrectionControls({
  state: { edit, corrections },
  actions,
}: {
  readonly state: EditorState
  readonly actions: EditorActions
}): JSX.Element | null {
  const { points, fixedSlices, isBusy } = corrections
  if (isBusy)
    return (
      <div class="group" role="status">
        <span class="hint">The segmenter is at work…</span>
        <Button
          name="stopCorrection"
          text="Stop"
          onClick={() => {
            actions.corrections.stop()
          }}
        />
      </div>
    )
  if (edit.tool === 'box')
    return (
      <div class="group">
        <span class="hint">Drag the faces of the box, or draw a new one</span>
        <Button
          name="again"
          text="Again…"
          label="Segment the structure again with another window, segmenter, quality or templates"
          onClick={() => {
            actions.corrections.again()
          }}
        />
      </div>
    )
  if (edit.tool !== 'points') return null
  return (
    <div class="group">
      <span class="hint">{pointsText(points.length, fixedSlices.length)}</span>
      <Button
        name="fixSlice"
        text="Keep slice"
        label="No change is carried to the axial slice on display, or it is again"
        title="No change is carried to the axial slice on display, or it is again (H)"
        onClick={() => {
          actions.corrections.toggleFixed()
        }}
      />
      {points.length > 0 && (
        <>
          <Button
            name="removeCorrection"
            text="Remove last"
            label="Take the last point away, and what it did"
            title="Take the last point away, and what it did (Delete); the right button takes the one under the mouse"
            onClick={() => {
              actions.corrections.removePoint()
            }}
          />
          <Button
            name="leaveCorrections"
            text="Done"
            label="Let the points go and keep the mask"
            onClick={() => {
              actions.corrections.leavePoints()
            }}
          />
        </>
      )}
    </div>
  )
}

function pointsText(points: number, fixed: number): string {
  const set =
    points === 0
      ? 'Click what is missing, Shift+click what is too much'
      : `${points} ${points === 1 ? 'point' : 'points'}`
  return fixed === 0 ? set : `${set}; ${fixed} ${fixed === 1 ? 'slice is' : 'slices are'} kept`
}
