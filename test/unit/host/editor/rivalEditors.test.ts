import { describe, expect, it } from 'vitest'
import { rivalEditors } from '../../../../src/host/editor/rivalEditors.js'

function extension(filenamePattern: string, priority?: string): unknown {
  const editor = { viewType: 'other.editor', selector: [{ filenamePattern }], ...(priority && { priority }) }
  return { name: 'other', displayName: 'Other Viewer', contributes: { customEditors: [editor] } }
}

describe('editors of other extensions', () => {
  it.each([
    ['*.nii.gz', ['*.nii.gz']],
    ['**/*.NII', ['*.nii']],
    ['*.gz', ['*.nii.gz']],
    ['*.{nrrd,mha}', ['*.nrrd', '*.mha']],
  ])('are rivals where they claim our files: %s', (glob, patterns) => {
    expect(rivalEditors([extension(glob)])).toEqual([{ viewType: 'other.editor', name: 'Other Viewer', patterns }])
  })

  it.each([
    ['*.png', undefined],
    ['*.nii', 'option'],
  ])('are none for other files, nor where they only offer themselves: %s', (glob, priority) => {
    expect(rivalEditors([extension(glob, priority), {}, { contributes: {} }])).toEqual([])
  })
})
