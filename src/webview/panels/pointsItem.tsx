import type { JSX } from 'preact'
import { EXTREME_SIDES, type ExtremeSide } from '../../shared/geometry/points.js'
import type { StructurePoints } from '../../shared/scanPoints.js'
import { Button } from './button.js'
import type { EditorActions } from '../control/editorActions.js'
import { guideText } from './guideText.js'
import { SideItem } from './sideItem.js'

/** A structure with points; while they are being placed, the guide and the six points too. */
export function PointsItem({
  structure,
  isActive,
  side,
  actions,
}: {
  readonly structure: StructurePoints
  readonly isActive: boolean
  readonly side: ExtremeSide | null
  readonly actions: EditorActions
}): JSX.Element {
  const { name } = structure
  const placed = EXTREME_SIDES.filter((candidate) => structure.points[candidate] !== undefined).length
  const change = (text: string, kind: 'rename' | 'remove'): JSX.Element => (
    <Button
      text={text}
      class="link"
      label={`${text} ${name}`}
      onClick={() => {
        actions.changePoints({ kind, structure: name })
      }}
    />
  )
  return (
    <li class={isActive ? 'active' : ''} data-structure={name}>
      <Button
        name={`color-${name}`}
        text=""
        class="swatch"
        label={`Change the colour of ${name}`}
        color={structure.color}
        onClick={() => {
          actions.changePoints({ kind: 'recolor', structure: name })
        }}
      />
      <Button
        name={`mark-${name}`}
        text={name}
        class="link name"
        label={`${isActive ? 'Stop placing' : 'Place'} points of ${name}`}
        pressed={isActive}
        onClick={() => {
          actions.activate(isActive ? null : name, null)
        }}
      />
      <span class="fact">{`${placed}/6`}</span>
      {change('Rename', 'rename')}
      {change('Remove', 'remove')}
      {isActive && (
        <>
          <p class="guide" aria-live="polite">
            {guideText(structure, side)}
          </p>
          <ol class="sides" aria-label={`Points of ${name}`}>
            {EXTREME_SIDES.map((one) => (
              <SideItem key={one} structure={structure} side={one} isNext={one === side} actions={actions} />
            ))}
          </ol>
        </>
      )}
    </li>
  )
}
