import type { JSX } from 'preact'
import type { ExtremeSide, PointMm } from '../../shared/geometry/points.js'
import type { StructurePoints } from '../../shared/scanPoints.js'
import { Button } from './button.js'
import type { EditorActions } from '../control/editorActions.js'
import { SIDE_TEXT } from '../viewer/sideText.js'

const CONTRADICTION: Readonly<Record<ExtremeSide, string>> = {
  inferior: 'It lies above the superior point.',
  superior: 'It lies below the inferior point.',
  posterior: 'It lies in front of the anterior point.',
  anterior: 'It lies behind the posterior point.',
  right: 'It lies to the left of the left point.',
  left: 'It lies to the right of the right point.',
}

/** One of a structure's six points: a click goes there and makes it the next one to be placed. */
export function SideItem({
  structure,
  side,
  isNext,
  isContradictory,
  actions,
}: {
  readonly structure: StructurePoints
  readonly side: ExtremeSide
  readonly isNext: boolean
  /** Whether it lies beyond the point of the other side. */
  readonly isContradictory: boolean
  readonly actions: EditorActions
}): JSX.Element {
  const pointMm = structure.points[side]
  const { short } = SIDE_TEXT[side]
  return (
    <li class={isNext ? 'next' : ''} data-side={side} data-placed={String(pointMm !== undefined)}>
      <Button
        name={`side-${side}`}
        text={short}
        class="link name"
        label={pointMm === undefined ? `Place ${short} next` : `Jump to ${short}; the next click moves it`}
        pressed={isNext}
        onClick={() => {
          actions.activate(structure.name, side)
          if (pointMm !== undefined) actions.moveTo(pointMm)
        }}
      />
      <span class="fact">{placeText(pointMm, isNext)}</span>
      {pointMm !== undefined && (
        <Button
          name={`delete-${side}`}
          text="Delete"
          class="link"
          label={`Delete the ${short} point`}
          onClick={() => {
            actions.changePoints({ kind: 'unplace', structure: structure.name, side })
          }}
        />
      )}
      {isContradictory && <p class="reason">{CONTRADICTION[side]}</p>}
    </li>
  )
}

function placeText(pointMm: PointMm | undefined, isNext: boolean): string | null {
  if (pointMm !== undefined) return pointMm.map((mm) => mm.toFixed(0)).join(', ')
  return isNext ? 'next' : null
}
