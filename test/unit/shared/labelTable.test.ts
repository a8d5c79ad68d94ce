import { describe, expect, it } from 'vitest'
import { formatLabelTable, parseLabelTable } from '../../../src/shared/labelTable.js'

describe('a table of label names', () => {
  it('lists index, name and colour', () => {
    const tsv = formatLabelTable([
      { labelValue: 1, name: 'Brainstem', color: '#e6843c' },
      { labelValue: 12, name: 'Left\tParotid\nGland', color: '#000000' },
    ])
    expect(tsv).toBe('index\tname\tcolor\n1\tBrainstem\t#e6843c\n12\tLeft Parotid Gland\t#000000\n')
  })

  it('is read whatever the order of its columns', () => {
    expect(parseLabelTable('color\tname\tindex\n#112233\tLarynx\t6\n')).toEqual([
      { name: 'Larynx', labelValue: 6, color: '#112233' },
    ])
  })

  it('leaves out rows that make no sense and fills in colours', () => {
    expect(parseLabelTable('index\tname\n0\tBackground\nx\tY\n1.5\tHalf\n70000\tHigh\n3\t\n2\tMandible\n')).toEqual([
      { name: 'Mandible', labelValue: 2, color: '#cc79a7' },
    ])
  })

  it('is none without the columns it needs', () => {
    expect(parseLabelTable('')).toBeNull()
    expect(parseLabelTable('id\tlabel\n1\tA\n')).toBeNull()
  })
})
