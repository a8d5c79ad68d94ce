import { button, h } from '../dom/dom.js'
import type { StructureRow } from './structureRows.js'
import type { ViewState } from '../viewer/viewState.js'

/** What the list asks for. */
export interface StructuresEvents {
  onPickLabelMap(name: string | null): void
  onToggle(labelValue: number): void
  onToggleAll(shown: boolean): void
  onJump(labelValue: number): void
  onOpacity(opacity: number): void
  onOutline(outline: boolean): void
  onOverlay(shown: boolean): void
  onUseAsTemplate(): void
}

/** State of the list. */
export interface StructuresState {
  readonly labelMaps: readonly string[]
  readonly shown: string | null
  readonly rows: readonly StructureRow[]
  readonly warnings: readonly string[]
  readonly view: ViewState
  /** True while labels are drawn: of a label map, or of a run that is going on. */
  readonly drawn: boolean
  readonly busy: boolean
  readonly problem: string | null
}

/** Under this a structure is flagged, whatever its status says. */
const LOW_CONFIDENCE = 0.5

/** The "Structures" section: which label map, how it is drawn, what it holds. */
export function structuresPanel(state: StructuresState, events: StructuresEvents): HTMLElement[] {
  const section: HTMLElement[] = [h('h2', { set: { textContent: 'Structures' } }), labelMapSelect(state, events)]
  if (state.problem !== null)
    section.push(h('p', { class: 'problem', aria: { role: 'alert' }, set: { textContent: state.problem } }))
  if (state.busy)
    section.push(h('p', { class: 'hint', aria: { role: 'status' }, set: { textContent: 'Loading the label map…' } }))
  if (state.rows.length === 0) {
    if (state.labelMaps.length === 0)
      section.push(
        h('p', {
          class: 'hint',
          set: { textContent: 'No label map lies beside this scan yet. Localize & Segment makes one.' },
        }),
      )
    return section
  }
  if (state.drawn) section.push(drawingControls(state, events))
  section.push(
    h(
      'ul',
      { class: 'structures', aria: { label: 'Structures' } },
      ...state.rows.map((row) => structureItem(row, state, events)),
    ),
  )
  for (const warning of state.warnings) section.push(h('p', { class: 'warning', set: { textContent: warning } }))
  if (state.shown !== null) {
    const use = button(
      'Use this label map as template',
      () => {
        events.onUseAsTemplate()
      },
      { label: 'Use this label map as template: derive the six points of every label' },
    )
    use.dataset['key'] = 'useLabelMap'
    section.push(use)
  }
  return section
}

function labelMapSelect(state: StructuresState, events: StructuresEvents): HTMLElement {
  const select = h('select', {
    aria: { label: 'Label map' },
    data: { key: 'labelMap' },
    on: {
      change: ({ value }) => {
        events.onPickLabelMap(value === '' ? null : value)
      },
    },
  })
  select.append(
    h('option', {
      set: {
        value: '',
        textContent: state.labelMaps.length === 0 ? 'No label map' : 'None shown',
        selected: state.shown === null,
      },
    }),
  )
  for (const name of state.labelMaps)
    select.append(h('option', { set: { value: name, textContent: name, selected: name === state.shown } }))
  select.disabled = state.labelMaps.length === 0
  return select
}

function drawingControls({ view }: StructuresState, events: StructuresEvents): HTMLElement {
  const shown = checkbox('Show', 'overlay', view.overlayShown, (value) => {
    events.onOverlay(value)
  })
  const outline = checkbox('Outline', 'outline', view.outline, (value) => {
    events.onOutline(value)
  })
  const opacity = h('input', {
    aria: { label: 'Opacity of the label map' },
    data: { key: 'opacity' },
    set: { type: 'range', min: '0', max: '1', step: '0.05', value: String(view.opacity) },
    on: {
      input: ({ value }) => {
        events.onOpacity(Number(value))
      },
    },
  })
  const all = button(
    view.hiddenLabels.length === 0 ? 'Hide all' : 'Show all',
    () => {
      events.onToggleAll(view.hiddenLabels.length > 0)
    },
    { class: 'link' },
  )
  all.dataset['key'] = 'all'
  return h('div', { class: 'drawing' }, shown, outline, opacity, all)
}

function checkbox(text: string, key: string, checked: boolean, onChange: (value: boolean) => void): HTMLLabelElement {
  const input = h('input', {
    data: { key },
    set: { type: 'checkbox', checked },
    on: {
      change: (element) => {
        onChange(element.checked)
      },
    },
  })
  return h('label', {}, input, text)
}

function structureItem(row: StructureRow, state: StructuresState, events: StructuresEvents): HTMLLIElement {
  const eye = h('input', {
    aria: { label: `Show ${row.name}` },
    data: { key: `show-${row.labelValue}` },
    set: { type: 'checkbox', checked: !state.view.hiddenLabels.includes(row.labelValue), disabled: !state.drawn },
    on: {
      change: () => {
        events.onToggle(row.labelValue)
      },
    },
  })
  const swatch = h('span', { class: 'swatch', aria: { hidden: 'true' } })
  swatch.style.background = row.color
  const name = button(
    row.name,
    () => {
      events.onJump(row.labelValue)
    },
    { class: 'link name', label: `Jump to ${row.name}` },
  )
  name.dataset['key'] = `jump-${row.labelValue}`
  name.disabled = !row.reachable
  const item = h(
    'li',
    { data: { key: `structure-${row.labelValue}`, structure: row.name, status: row.status } },
    eye,
    swatch,
    name,
    h('span', { class: 'fact', set: { textContent: row.volumeMl === null ? '' : `${row.volumeMl.toFixed(1)} ml` } }),
    badge(row),
  )
  const reason = reasonOf(row)
  if (reason !== null) item.append(h('p', { class: 'reason', set: { textContent: reason } }))
  return item
}

/** Why a structure needs a look, and what to do about it. */
function reasonOf(row: StructureRow): string | null {
  if (row.status === 'waiting') return null
  if (row.reason !== undefined) return row.reason
  const low = row.status === 'found' && row.confidence !== null && row.confidence < LOW_CONFIDENCE
  return low
    ? 'The templates fit this scan only loosely here: check the box in all planes, or add a template that looks more like this scan.'
    : null
}

function badge(row: StructureRow): HTMLElement {
  switch (row.status) {
    case 'waiting':
      return h('span', { class: 'badge quiet', set: { textContent: 'waiting' } })
    case 'not-found':
      return h('span', { class: 'badge bad', set: { textContent: 'not found' } })
    case 'failed':
      return h('span', { class: 'badge bad', set: { textContent: 'failed' } })
    case 'found': {
      if (row.confidence === null) return h('span', { class: 'badge quiet', set: { textContent: '' } })
      const low = row.confidence < LOW_CONFIDENCE
      const percent = `${Math.round(row.confidence * 100)} %`
      return h('span', {
        class: low ? 'badge bad' : 'badge',
        set: { textContent: low ? `low ${percent}` : percent, title: `Confidence ${percent}` },
      })
    }
  }
}
