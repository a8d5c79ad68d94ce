import type { JSX } from 'preact'
import type { EditActions } from '../control/editorActions.js'
import type { StructureRow } from '../control/structureRows.js'
import { Button } from './button.js'
import type { IconName } from './icon.js'

/** What can be done to the structure of a label map that is drawn. */
export function StructureEdits({
  row: { name, labelValue, isLocked = false },
  actions,
}: {
  readonly row: StructureRow
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
    </div>
  )
}
