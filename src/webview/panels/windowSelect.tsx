import type { JSX } from 'preact'
import { CT_PRESETS, CT_WINDOWS, type CtWindow } from '../../shared/ctWindow.js'

const AUTOMATIC = 'automatic'

/** The list of window presets: those for CT, and one for what the image holds; "Custom" is there only while the window is none of them. */
export function WindowSelect({
  view,
  image,
  onPick,
}: {
  readonly view: CtWindow
  readonly image: { readonly isCt: boolean; readonly fullWindow: CtWindow } | null
  readonly onPick: (window: CtWindow) => void
}): JSX.Element {
  const isNow = ({ levelHu, widthHu }: CtWindow): boolean => levelHu === view.levelHu && widthHu === view.widthHu
  const presets = image?.isCt === false ? [] : CT_PRESETS
  const preset = presets.find((name) => isNow(CT_WINDOWS[name]))
  const current = preset ?? (image !== null && isNow(image.fullWindow) ? AUTOMATIC : undefined)
  return (
    <select
      aria-label="Window preset"
      data-key="window"
      value={current ?? ''}
      onChange={({ currentTarget: { value } }) => {
        const name = presets.find((one) => one === value)
        const picked = name !== undefined ? CT_WINDOWS[name] : value === AUTOMATIC ? image?.fullWindow : undefined
        if (picked) onPick({ levelHu: picked.levelHu, widthHu: picked.widthHu })
      }}
    >
      {current === undefined && <option value="">Custom</option>}
      {presets.map((name) => (
        <option key={name} value={name}>
          {CT_WINDOWS[name].title}
        </option>
      ))}
      {image !== null && <option value={AUTOMATIC}>Automatic</option>}
    </select>
  )
}
