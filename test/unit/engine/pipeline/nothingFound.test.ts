import { describe, expect, it } from 'vitest'
import { nothingFound, refuseNothing } from '../../../../src/engine/pipeline/nothingFound.js'
import type { LocalizedStructure } from '../../../../src/shared/structure.js'

const structure = (name: string, status: 'found' | 'not-found', reason?: string): LocalizedStructure => ({
  name,
  labelValue: 1,
  color: '#112233',
  status,
  ...(reason === undefined ? {} : { reason }),
  confidence: 0,
  boxMm: null,
  boxVoxel: null,
  extremePointsMm: null,
})

describe('The sentence about a scan in which nothing was found', () => {
  it('gives the reason that all have in common', () => {
    const reason = 'The scan fits better the other way round: check its header.'
    expect(
      nothingFound([structure('A', 'not-found', reason), structure('B', 'not-found', reason)], 'ct.nii.gz'),
    ).toEqual(['Nothing was found in ct.nii.gz: the scan fits better the other way round: check its header.'])
  })

  it('says that the scan shows something else where the reasons differ', () => {
    const [line] = nothingFound([structure('A', 'not-found', 'one'), structure('B', 'not-found', 'two')], 'ct.nii.gz')
    expect(line).toMatch(/^Nothing that the templates show was found in ct\.nii\.gz: .*other templates are needed\.$/)
  })

  it('is left out where something was found, or one structure alone was looked for', () => {
    expect(nothingFound([structure('A', 'not-found', 'one'), structure('B', 'found')], 'x')).toEqual([])
    expect(nothingFound([structure('A', 'not-found', 'one')], 'x')).toEqual([])
  })
})

describe('A scan in which nothing was found', () => {
  it('is refused with one sentence, also when a single structure was looked for', () => {
    const refused =
      (...structures: LocalizedStructure[]): (() => void) =>
      () => {
        refuseNothing(structures, 'ct.nii.gz')
      }
    expect(refused(structure('A', 'not-found', 'It may be absent.'))).toThrow(
      expect.objectContaining({ kind: 'nothingFound', message: 'A was not found in ct.nii.gz: it may be absent.' }),
    )
    expect(refused(structure('A', 'not-found', 'One.'), structure('B', 'not-found', 'Two.'))).toThrow(
      /^Nothing that the templates show was found/,
    )
    expect(refused(structure('A', 'not-found'), structure('B', 'found'))).not.toThrow()
    expect(refused()).not.toThrow()
  })
})
