import type { JSX } from 'preact'
import type { ExtremeSide } from '../../shared/geometry/points.js'
import type { StructurePoints } from '../../shared/scanPoints.js'
import { Button } from './button.js'
import type { EditorActions } from '../control/editorActions.js'
import { PointsItem } from './pointsItem.js'

/** The "Template points" section: structures, the guide, six points each. */
export function PointsPanel({
  structures,
  active,
  side,
  actions,
}: {
  readonly structures: readonly StructurePoints[]
  /** The structure whose points are being placed. */
  readonly active: string | null
  /** The side that the next click places; null when all six are there. */
  readonly side: ExtremeSide | null
  readonly actions: EditorActions
}): JSX.Element {
  return (
    <>
      <h2>Template points</h2>
      <Button
        name="addStructure"
        text="Add structure"
        onClick={() => {
          actions.changePoints({ kind: 'add' })
        }}
      />
      {structures.length === 0 ? (
        <p class="hint">Mark six extreme points per structure to make this scan a template.</p>
      ) : (
        <>
          <ul class="marks" aria-label="Marked structures">
            {structures.map((structure) => (
              <PointsItem
                key={structure.name}
                structure={structure}
                isActive={structure.name === active}
                side={side}
                actions={actions}
              />
            ))}
          </ul>
          <Button
            name="addToSet"
            text="Add to template set…"
            onClick={() => {
              actions.act('addToSet')
            }}
          />
        </>
      )}
    </>
  )
}
