import type { JSX } from 'preact'
import type { ViewCommand } from '../../protocol/viewCommand.js'
import type { EditActions, EditorActions } from '../control/editorActions.js'
import { rowsOf, type EditorState } from '../control/editorState.js'
import { isDrawingTool, type EditState, type LabelTool } from '../control/editState.js'
import { Button } from './button.js'
import { CorrectionControls } from './correctionControls.js'
import { Checkbox } from './checkbox.js'

/** The tools with what they are called and do, and their key. */
const TOOLS: readonly { readonly tool: LabelTool; readonly label: string; readonly key: string }[] = [
  { tool: 'brush', label: 'Brush', key: 'D' },
  { tool: 'eraser', label: 'Eraser: takes the structure away, and no other', key: 'Shift+D' },
  { tool: 'lasso', label: 'Lasso: fills what a line goes around, in one slice', key: 'V' },
  { tool: 'eraseLasso', label: 'Erase lasso: takes the structure away inside of a line', key: 'Shift+V' },
  {
    tool: 'points',
    label: 'Points on axial slices: a click is in the structure, with Shift it is not; the segmenter answers',
    key: 'S',
  },
  { tool: 'box', label: 'Box: drag its faces, or draw a new one; the segmenter fills it again', key: 'Shift+S' },
]

const COMMAND_OF = {
  brush: 'brush',
  eraser: 'eraser',
  lasso: 'lasso',
  eraseLasso: 'eraseLasso',
  points: 'pointsTool',
  box: 'boxTool',
} as const satisfies Readonly<Record<LabelTool, ViewCommand>>

interface EditBarProps {
  readonly state: EditorState
  readonly actions: EditorActions
}

/** The row of controls for labels; it is there while they are edited. */
export function EditBar({ state, actions }: EditBarProps): JSX.Element | null {
  const { edit, labels } = state
  if (!edit.isOn) return null
  return (
    <div class="toolbar edit-bar" role="toolbar" aria-label="Editing labels">
      {labels.structures === null ? (
        <NothingToEdit state={state} actions={actions} />
      ) : (
        <>
          <StructureSelect state={state} actions={actions} />
          <ToolButtons edit={edit} actions={actions} />
          {(edit.tool === 'brush' || edit.tool === 'eraser') && <BrushControls edit={edit} actions={actions} />}
          {edit.tool !== null && isDrawingTool(edit.tool) && <RangeControls edit={edit} actions={actions.edit} />}
          <CorrectionControls state={state} actions={actions} />
        </>
      )}
    </div>
  )
}

/** Says why there is nothing to edit. */
function NothingToEdit({ state: { labels }, actions }: EditBarProps): JSX.Element {
  if (labels.preview !== null) return <span class="hint">Labels can be edited when the run is over.</span>
  if (labels.map !== null) {
    const text = labels.shown === null ? 'Reading the label map…' : 'This label map cannot be edited.'
    return <span class="hint">{text}</span>
  }
  return (
    <>
      <span class="hint">No label map is shown.</span>
      <Button
        name="newLabelMap"
        text="New label map"
        onClick={() => {
          actions.act('newLabelMap')
        }}
      />
    </>
  )
}

/** Which structure is drawn. */
function StructureSelect({ state, actions }: EditBarProps): JSX.Element {
  const rows = rowsOf(state).filter(({ labelValue }) => labelValue > 0)
  const { activeLabel } = state.labels
  const color = rows.find(({ labelValue }) => labelValue === activeLabel)?.color
  return (
    <div class="group edit-structure">
      {color !== undefined && <span class="swatch" aria-hidden="true" style={{ background: color }} />}
      <select
        aria-label="Structure that is drawn"
        title="Structure that is drawn"
        data-key="activeLabel"
        value={String(activeLabel ?? '')}
        disabled={rows.length === 0}
        onChange={({ currentTarget: { value } }) => {
          actions.edit.activateLabel(Number(value))
        }}
      >
        {rows.length === 0 && <option value="">No structure yet</option>}
        {rows.map(({ name, labelValue, isLocked }) => (
          <option key={labelValue} value={String(labelValue)}>
            {isLocked === true ? `${name} (locked)` : name}
          </option>
        ))}
      </select>
      <Button
        name="newStructure"
        icon="add"
        text="New"
        label="New structure to draw…"
        onClick={() => {
          actions.edit.changeStructures({ kind: 'add' })
        }}
      />
    </div>
  )
}

function ToolButtons({ edit, actions }: { readonly edit: EditState; readonly actions: EditorActions }): JSX.Element {
  return (
    <div class="group" role="group" aria-label="Tool">
      {TOOLS.map(({ tool, label, key }) => (
        <Button
          key={tool}
          name={tool}
          icon={tool}
          text=""
          label={label}
          title={`${label} (${key}; Esc lays it down)`}
          pressed={edit.tool === tool}
          onClick={() => {
            actions.command(edit.tool === tool ? 'leaveTool' : COMMAND_OF[tool])
          }}
        />
      ))}
    </div>
  )
}

/** How large the brush is, and whether it reaches into neighbouring slices. */
function BrushControls({ edit, actions }: { readonly edit: EditState; readonly actions: EditorActions }): JSX.Element {
  const reach = edit.isBall ? '3D: a ball that reaches into neighbouring slices' : '2D: a disc that stays in the slice'
  return (
    <div class="group">
      <label class="edit-number">
        Size
        <NumberInput
          name="brushDiameterMm"
          label="Diameter of the brush in mm"
          value={edit.brushDiameterMm}
          min={0.5}
          max={100}
          step={0.5}
          onChange={(brushDiameterMm) => {
            actions.edit.change({ brushDiameterMm })
          }}
        />
        mm
      </label>
      <Button
        name="toggleBall"
        icon={edit.isBall ? 'ball' : 'disc'}
        text={edit.isBall ? '3D' : '2D'}
        label={reach}
        title={`${reach} (T)`}
        pressed={edit.isBall}
        onClick={() => {
          actions.command('toggleBall')
        }}
      />
    </div>
  )
}

/** Whether only voxels of a range of HU are changed. */
function RangeControls({ edit, actions }: { readonly edit: EditState; readonly actions: EditActions }): JSX.Element {
  const { isRangeOn, rangeHu } = edit
  return (
    <div class="group edit-number">
      <label>
        <Checkbox
          name="onlyRange"
          checked={isRangeOn}
          onChange={(isOn) => {
            actions.change({ isRangeOn: isOn })
          }}
        />
        Only HU
      </label>
      <NumberInput
        name="lowHu"
        label="Lowest HU that is changed"
        value={rangeHu.low}
        disabled={!isRangeOn}
        onChange={(low) => {
          actions.change({ rangeHu: { ...rangeHu, low } })
        }}
      />
      to
      <NumberInput
        name="highHu"
        label="Highest HU that is changed"
        value={rangeHu.high}
        disabled={!isRangeOn}
        onChange={(high) => {
          actions.change({ rangeHu: { ...rangeHu, high } })
        }}
      />
    </div>
  )
}

function NumberInput({
  name,
  label,
  value,
  onChange,
  ...limits
}: {
  readonly name: string
  readonly label: string
  readonly value: number
  readonly min?: number
  readonly max?: number
  readonly step?: number
  readonly disabled?: boolean
  readonly onChange: (value: number) => void
}): JSX.Element {
  return (
    <input
      type="number"
      data-key={name}
      aria-label={label}
      title={label}
      value={String(value)}
      {...limits}
      onChange={({ currentTarget }) => {
        if (currentTarget.value !== '' && currentTarget.validity.valid) onChange(currentTarget.valueAsNumber)
      }}
    />
  )
}
