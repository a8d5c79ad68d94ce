import type { JSX } from 'preact'
import type { ExtremeSide } from '../../shared/geometry/points.js'
import { contradictorySides, MARKING_SIDES, type StructurePoints } from '../../shared/scanPoints.js'
import { Button } from './button.js'
import { Checkbox } from './checkbox.js'
import type { EditorActions } from '../control/editorActions.js'
import { guideText } from './guideText.js'
import { SideItem } from './sideItem.js'

/** The template points of a structure while they are being placed: the guide, the six points, what can be done with all. */
export function PointsDetail({
  structure,
  side,
  isPlacing,
  actions,
}: {
  readonly structure: StructurePoints
  /** The side that the next click places; null when all six are there. */
  readonly side: ExtremeSide | null
  readonly isPlacing: boolean
  readonly actions: EditorActions
}): JSX.Element {
  const { name } = structure
  const contradictory = contradictorySides(structure)
  const change = (text: string, kind: 'rename' | 'remove', label: string): JSX.Element => (
    <Button
      text={text}
      class="link"
      label={label}
      onClick={() => {
        actions.changePoints({ kind, structure: name })
      }}
    />
  )
  return (
    <>
      <p class="guide" aria-live="polite">
        {guideText(structure, side)}
      </p>
      <label title="Without it a double click places, Enter places at the crosshair, and a click only looks.">
        <Checkbox
          name="placing"
          checked={isPlacing}
          onChange={(next) => {
            actions.setPlacing(next)
          }}
        />
        Place with a click
      </label>
      <ol class="sides" aria-label={`Points of ${name}`}>
        {MARKING_SIDES.map((one) => (
          <SideItem
            key={one}
            structure={structure}
            side={one}
            isNext={one === side}
            isContradictory={contradictory.includes(one)}
            actions={actions}
          />
        ))}
      </ol>
      <div class="buttons">
        {change('Rename', 'rename', `Rename ${name}`)}
        {change('Remove', 'remove', `Remove ${name}`)}
      </div>
    </>
  )
}
