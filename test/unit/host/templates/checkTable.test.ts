import { expect, it } from 'vitest'
import { checkPage, checkTable } from '../../../../src/host/templates/checkTable.js'
import type { TemplateSet } from '../../../../src/shared/templateSet.js'

const scan = (id: string, enabled: boolean, ...structures: string[]): TemplateSet['scans'][number] =>
  ({ id, enabled, path: `${id}.nii`, structures: Object.fromEntries(structures.map((name) => [name, {}])) }) as never
const set = {
  name: 'My <set>',
  structures: ['Larynx', 'Mandible'].map((name, at) => ({ name, labelValue: at + 1, color: '#000000' })),
  scans: [scan('a', true, 'Larynx', 'Mandible'), scan('b', true, 'Larynx'), scan('off', false, 'Mandible')],
} as unknown as TemplateSet
const rows = [
  { template: 'a', structure: 'Larynx', wallErrorMm: 3.26, flagged: false },
  { template: 'b', structure: 'Larynx', wallErrorMm: 20, flagged: true },
]

it('has a row per scan in use, and says what has nothing to be compared with', () => {
  const table = checkTable(set, { rows, problems: ['c.nii is gone.'] })
  expect(table.scans.map(({ id, cells }) => [id, cells.map((cell) => cell?.wallErrorMm ?? null)])).toEqual([
    ['a', [3.26, null]],
    ['b', [20, null]],
  ])
  expect(table.notes).toEqual([
    'Mandible: in fewer than two scans in use, so there is nothing to compare.',
    'c.nii is gone.',
  ])
  expect(table.flagged).toBe(1)
  expect(checkTable(set, { rows: [], problems: [] }).notes[0]).toMatch(/^Nothing could be compared/)
})

it('becomes a page that marks what is far off, and escapes names', () => {
  const page = checkPage(set, checkTable(set, { rows, problems: [] }), (id) => (id === 'a' ? 'command:open' : null))
  expect(page).toContain('Check of My &lt;set&gt;')
  expect(page).toContain('<th scope="row"><a href="command:open">a</a></th><td>3.3</td><td class="none">–</td>')
  expect(page).toContain('<th scope="row">b</th><td class="flagged" title="Check these points">⚠ 20.0</td>')
})
