import type { JSX } from 'preact'
import type { EditActions } from '../control/editorActions.js'
import { slicesText } from '../control/fixedSlices.js'
import type { StructureRow } from '../control/structureRows.js'
import { Button } from './button.js'
import type { IconName } from './icon.js'

/** What can be done to the structure of a label map that is drawn. */
export function StructureEdits({
  row: { name, labelValue, isLocked = false },
  fixedSlices,
  actions,
}: {
  readonly row: StructureRow
  /** Axial slices to which no change is carried. */
  readonly fixedSlices: readonly number[]
  readonly actions: EditActions
}): JSX.Element {
  const button = (key: string, icon: IconName, label: string, onClick: () => void): JSX.Element => (
    <Button name={`${key}-${labelValue}`} icon={icon} text="" class="button plain" label={label} onClick={onClick} />
  )
  return (
    <div class="structure-edits">
      {button('rename', 'rename', `Rename ${name}…`, () => {
        actions.changeStructures({ kind: 'rename', labelValue })
      })}
      {button(
        'lock',
        isLocked ? 'locked' : 'unlocked',
        isLocked ? `Unlock ${name}` : `Lock ${name}: no tool changes it`,
        () => {
          actions.changeStructures({ kind: 'lock', labelValue, isLocked: !isLocked })
        },
      )}
      {button('merge', 'merge', `Merge ${name} into another structure…`, () => {
        actions.takeAway('merge', labelValue)
      })}
      {button('delete', 'trash', `Delete ${name} and its voxels`, () => {
        actions.takeAway('delete', labelValue)
      })}
      {fixedSlices.length > 0 && (
        <span
          class="hint fixed-slices"
          title="Points on other axial slices change nothing on these and beyond: they have points, were drawn, or are kept. H keeps the slice on display or lets it go."
        >
          {`Fixed ${fixedSlices.length === 1 ? 'slice' : 'slices'}: ${slicesText(fixedSlices)}`}
        </span>
      )}
    </div>
  )
}
