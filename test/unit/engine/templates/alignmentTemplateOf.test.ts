import { copyFile, rm } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { readScan } from '../../../../src/engine/scanFiles/readScan.js'
import {
  alignmentTemplateOf,
  type MadeAlignmentTemplate,
} from '../../../../src/engine/templates/alignmentTemplateOf.js'
import { templateScans } from '../../../support/templateScans.js'

const { at, writePair, setOf } = templateScans()

beforeAll(async () => {
  await writePair('a', 0)
  await writePair('b', 10)
})

describe('what alignment keeps of a template', () => {
  const make = async (stem: string): Promise<MadeAlignmentTemplate> => {
    const file = at('set.json')
    await copyFile(at('a_ct.nii.gz'), at(`${stem}_ct.nii.gz`))
    await copyFile(at('a_seg.nii.gz'), at(`${stem}_seg.nii.gz`))
    const [scan] = (await setOf(file, [stem])).scans
    if (stem === 'gone') await rm(at('gone_seg.nii.gz'))
    if (stem === 'changed') await copyFile(at('b_seg.nii.gz'), at('changed_seg.nii.gz'))
    return alignmentTemplateOf(file, scan, await readScan(at(`${stem}_ct.nii.gz`), { forceHu: true }), [9, 6])
  }

  it('is the label map that its points were measured in', async () => {
    const { template, problems } = await make('kept')
    expect(problems).toEqual([])
    expect(template.masks.map(({ name, points }) => [name, points])).toEqual([['Lump', null]])
    expect(template.descriptors.map(({ spacingMm }) => spacingMm)).toEqual([9, 6])
  })

  it.each([
    ['gone', 'not there any more'],
    ['changed', 'has changed since'],
  ])('is its points where the label map is %s, and says so', async (stem, words) => {
    const { template, problems } = await make(stem)
    expect(problems).toEqual([expect.stringContaining(words)])
    expect(problems[0]).toContain('Lump')
    expect(template.masks.map(({ name, points }) => [name, points === null])).toEqual([['Lump', false]])
  })
})
