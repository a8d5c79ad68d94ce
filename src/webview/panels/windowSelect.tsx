import type { JSX } from 'preact'
import { CT_PRESETS, CT_WINDOWS, type CtWindow } from '../../shared/ctWindow.js'

/** The list of window presets; "Custom" is there only while the window is none of them. */
export function WindowSelect({
  view,
  onPick,
}: {
  readonly view: CtWindow
  readonly onPick: (window: CtWindow) => void
}): JSX.Element {
  const current = CT_PRESETS.find(
    (preset) => CT_WINDOWS[preset].levelHu === view.levelHu && CT_WINDOWS[preset].widthHu === view.widthHu,
  )
  return (
    <select
      aria-label="Window preset"
      data-key="window"
      value={current ?? ''}
      onChange={({ currentTarget: { value } }) => {
        const preset = CT_PRESETS.find((name) => name === value)
        if (preset === undefined) return
        const { levelHu, widthHu } = CT_WINDOWS[preset]
        onPick({ levelHu, widthHu })
      }}
    >
      {current === undefined && <option value="">Custom</option>}
      {CT_PRESETS.map((preset) => (
        <option key={preset} value={preset}>
          {CT_WINDOWS[preset].title}
        </option>
      ))}
    </select>
  )
}
