import { CT_PRESETS, CT_WINDOWS, type CtWindow } from '../../shared/ctWindow.js'
import type { ViewCommand } from '../../protocol/viewCommand.js'
import { button, h } from '../dom/dom.js'
import { renderInto } from '../dom/render.js'
import { LAYOUTS, type Layout, type ViewState } from '../viewer/viewState.js'

const LAYOUT_TEXT: Readonly<Record<Layout, string>> = {
  axial: 'Axial',
  coronal: 'Coronal',
  sagittal: 'Sagittal',
  multiplanar: 'Multi',
}

/** What the toolbar asks for. */
export interface ToolbarEvents {
  onCommand(command: ViewCommand): void
  onWindow(window: CtWindow): void
  onSegment(): void
}

/** Draws the row of controls above the planes. */
export function renderToolbar(
  container: HTMLElement,
  view: ViewState,
  trusted: boolean,
  ready: boolean,
  events: ToolbarEvents,
): void {
  const command = (text: string, name: ViewCommand, label: string, pressed?: boolean): HTMLButtonElement => {
    const element = button(
      text,
      () => {
        events.onCommand(name)
      },
      { label, ...(pressed === undefined ? {} : { pressed }) },
    )
    element.dataset['key'] = name
    return element
  }
  const segment = button(
    'Localize & Segment',
    () => {
      events.onSegment()
    },
    { class: 'button primary', label: 'Localize & Segment organs in this scan' },
  )
  segment.dataset['key'] = 'segment'
  segment.disabled = !trusted || !ready
  if (!trusted) segment.title = 'Trust this workspace to run the engine.'
  renderInto(container, [
    h(
      'div',
      { class: 'group', aria: { role: 'group', label: 'Layout' } },
      ...LAYOUTS.map((layout) =>
        command(LAYOUT_TEXT[layout], layout, `Layout: ${LAYOUT_TEXT[layout]}`, view.layout === layout),
      ),
    ),
    windowSelect(view, events),
    h('span', {
      class: 'reading',
      data: { part: 'window' },
      set: { textContent: `L ${view.levelHu} W ${view.widthHu}` },
    }),
    command(
      view.radiological ? 'Radiological' : 'Neurological',
      'toggleConvention',
      view.radiological
        ? "Radiological: the patient's right is on the left. Switch to neurological"
        : "Neurological: the patient's right is on the right. Switch to radiological",
    ),
    h(
      'div',
      { class: 'group', aria: { role: 'group', label: 'Zoom' } },
      command('−', 'zoomOut', 'Zoom out'),
      command('+', 'zoomIn', 'Zoom in'),
      command('Reset', 'resetView', 'Reset zoom and pan'),
    ),
    command('Keys', 'help', 'Keys and mouse'),
    h('span', { class: 'spacer' }),
    segment,
  ])
}

function windowSelect(view: ViewState, events: ToolbarEvents): HTMLSelectElement {
  const current = CT_PRESETS.find(
    (preset) => CT_WINDOWS[preset].levelHu === view.levelHu && CT_WINDOWS[preset].widthHu === view.widthHu,
  )
  const pick = ({ value }: HTMLSelectElement): void => {
    const preset = CT_PRESETS.find((name) => name === value)
    if (preset !== undefined) events.onWindow(CT_WINDOWS[preset])
  }
  const select = h('select', { aria: { label: 'Window preset' }, data: { key: 'window' }, on: { change: pick } })
  if (current === undefined) select.append(h('option', { set: { value: '', textContent: 'Custom', selected: true } }))
  for (const preset of CT_PRESETS)
    select.append(
      h('option', { set: { value: preset, textContent: CT_WINDOWS[preset].title, selected: preset === current } }),
    )
  return select
}
