import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  DICOM_ENDING,
  EDITOR_ENDINGS,
  formatOf,
  isPairImage,
  isScanName,
  opensInEditor,
  stemOf,
} from '../../../src/shared/scanNames.js'

describe('names of scans', () => {
  it.each([
    ['a.nii', 'a', 'nifti', true],
    ['a.b.NII.GZ', 'a.b', 'nifti', true],
    ['a.hdr', 'a', 'nifti', true],
    ['a.img.gz', 'a', 'nifti', false],
    ['x/a.nrrd', 'x/a', 'nrrd', true],
    ['a.nhdr', 'a', 'nrrd', true],
    ['a.mha', 'a', 'meta', true],
    ['a.mhd', 'a', 'meta', true],
  ])('say the format: %s', (file, stem, format, editor) => {
    expect([isScanName(file), stemOf(file), formatOf(file), opensInEditor(file)]).toEqual([true, stem, format, editor])
  })

  it.each(['a', 'a.gz', 'a.json', 'a.nii.zip', 'nii'])('are not %s', (file) => {
    expect([isScanName(file), stemOf(file), formatOf(file), opensInEditor(file)]).toEqual([false, file, null, false])
  })

  it('tell the voxels of a pair from its header', () => {
    expect(['a.img', 'a.IMG.gz', 'a.hdr', 'a.nii'].map(isPairImage)).toEqual([true, true, false, false])
  })

  it('are the same in the manifest of the extension', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly activationEvents: readonly string[]
      readonly contributes: {
        readonly customEditors: readonly { readonly selector: readonly { readonly filenamePattern: string }[] }[]
        readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when?: string }[]>>
      }
    }
    const sorted = (names: readonly string[]): string[] => [...names].sort()
    const { customEditors, menus } = manifest.contributes
    expect(sorted(customEditors[0].selector.map(({ filenamePattern }) => filenamePattern.slice(1)))).toEqual(
      sorted([...EDITOR_ENDINGS, DICOM_ENDING]),
    )
    expect(sorted(manifest.activationEvents)).toEqual(
      sorted(EDITOR_ENDINGS.map((name) => `workspaceContains:**/*${name}`)),
    )
    const patterns = menus['explorer/context'].flatMap(
      ({ when }) => /resourceFilename =~ \/(.*?)\/i/.exec(when ?? '')?.[1] ?? [],
    )
    expect(patterns.length).toBeGreaterThan(1)
    for (const pattern of patterns)
      for (const name of ['a.nii', 'a.nii.gz', 'a.hdr', 'a.nrrd', 'a.nhdr', 'a.mha', 'a.mhd', 'a.gz'])
        expect([name, new RegExp(pattern, 'i').test(name)]).toEqual([name, opensInEditor(name)])
  })
})
