import { EXTREME_SIDES, type ExtremeSide, type PointMm } from '../../shared/geometry/points.js'
import { nextSide, type StructurePoints } from '../../shared/scanPoints.js'
import type { PointsRequest, ScanAction } from '../../protocol/scanEditor.js'
import { button, h } from '../dom/dom.js'
import { SIDE_TEXT, spokenName } from './sideText.js'

/** State of the section where template points are placed. */
export interface PointsState {
  readonly structures: readonly StructurePoints[]
  readonly active: string | null
  /** The side that the next click places; null when all six are there. */
  readonly side: ExtremeSide | null
}

/** What the section asks for. */
export interface PointsEvents {
  onRequest(request: PointsRequest): void
  onAction(action: ScanAction): void
  onActivate(structure: string | null): void
  onSide(side: ExtremeSide): void
  onJump(pointMm: PointMm): void
}

/** The "Template points" section: structures, the guide, six points each. */
export function pointsPanel(state: PointsState, events: PointsEvents): HTMLElement[] {
  const add = button(
    'Add structure',
    () => {
      events.onRequest({ kind: 'add' })
    },
    { class: 'button' },
  )
  add.dataset['key'] = 'addStructure'
  const section: HTMLElement[] = [h('h2', { set: { textContent: 'Template points' } }), add]
  if (state.structures.length === 0) {
    section.push(
      h('p', {
        class: 'hint',
        set: { textContent: 'Mark six extreme points per structure to make this scan a template.' },
      }),
    )
    return section
  }
  section.push(
    h(
      'ul',
      { class: 'marks', aria: { label: 'Marked structures' } },
      ...state.structures.map((structure) => pointItem(structure, state, events)),
    ),
  )
  const set = button(
    'Add to template set…',
    () => {
      events.onAction('addToSet')
    },
    { class: 'button' },
  )
  set.dataset['key'] = 'addToSet'
  section.push(set)
  return section
}

/** What the guide says: which point is next, in words. */
export function guideText(structure: StructurePoints, side: ExtremeSide | null): string {
  if (side === null) return `All six points of ${spokenName(structure.name)} are placed. Drag one to move it.`
  return `Click the point of ${spokenName(structure.name)} ${SIDE_TEXT[side].guide}.`
}

function pointItem(structure: StructurePoints, state: PointsState, events: PointsEvents): HTMLLIElement {
  const active = structure.name === state.active
  const placed = EXTREME_SIDES.filter((side) => structure.points[side] !== undefined).length
  const swatch = button(
    '',
    () => {
      events.onRequest({ kind: 'recolor', structure: structure.name })
    },
    { class: 'swatch', label: `Change the colour of ${structure.name}` },
  )
  swatch.style.background = structure.color
  swatch.dataset['key'] = `color-${structure.name}`
  const name = button(
    structure.name,
    () => {
      events.onActivate(active ? null : structure.name)
    },
    { class: 'link name', label: `${active ? 'Stop placing' : 'Place'} points of ${structure.name}`, pressed: active },
  )
  name.dataset['key'] = `mark-${structure.name}`
  const rename = button(
    'Rename',
    () => {
      events.onRequest({ kind: 'rename', structure: structure.name })
    },
    { class: 'link', label: `Rename ${structure.name}` },
  )
  const remove = button(
    'Remove',
    () => {
      events.onRequest({ kind: 'remove', structure: structure.name })
    },
    { class: 'link', label: `Remove ${structure.name}` },
  )
  const item = h(
    'li',
    { class: active ? 'active' : '', data: { key: `structure-${structure.name}`, structure: structure.name } },
    swatch,
    name,
    h('span', { class: 'fact', set: { textContent: `${placed}/6` } }),
    rename,
    remove,
  )
  if (active) {
    item.append(
      h('p', { class: 'guide', aria: { live: 'polite' }, set: { textContent: guideText(structure, state.side) } }),
    )
    item.append(
      h(
        'ol',
        { class: 'sides', aria: { label: `Points of ${structure.name}` } },
        ...EXTREME_SIDES.map((side) => sideItem(structure, side, state, events)),
      ),
    )
  }
  return item
}

function sideItem(
  structure: StructurePoints,
  side: ExtremeSide,
  state: PointsState,
  events: PointsEvents,
): HTMLLIElement {
  const pointMm = structure.points[side]
  const next = state.side === side
  const pick = button(
    SIDE_TEXT[side].short,
    () => {
      events.onSide(side)
      if (pointMm !== undefined) events.onJump(pointMm)
    },
    {
      class: 'link name',
      label:
        pointMm === undefined
          ? `Place ${SIDE_TEXT[side].short} next`
          : `Jump to ${SIDE_TEXT[side].short}; the next click moves it`,
      pressed: next,
    },
  )
  pick.dataset['key'] = `side-${side}`
  const place = h('span', {
    class: 'fact',
    set: { textContent: pointMm === undefined ? (next ? 'next' : '') : pointMm.map((mm) => mm.toFixed(0)).join(', ') },
  })
  const item = h(
    'li',
    { class: next ? 'next' : '', data: { key: `place-${side}`, side, placed: String(pointMm !== undefined) } },
    pick,
    place,
  )
  if (pointMm !== undefined) {
    const remove = button(
      'Delete',
      () => {
        events.onRequest({ kind: 'unplace', structure: structure.name, side })
      },
      { class: 'link', label: `Delete the ${SIDE_TEXT[side].short} point` },
    )
    remove.dataset['key'] = `delete-${side}`
    item.append(remove)
  }
  return item
}

/** The side that a click places: the wanted one, else the first that is missing. */
export function sideToPlace(structure: StructurePoints | undefined, wanted: ExtremeSide | null): ExtremeSide | null {
  if (structure === undefined) return null
  return wanted ?? nextSide(structure)
}
