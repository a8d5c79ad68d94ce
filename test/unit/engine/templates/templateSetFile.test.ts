import { mkdir } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { storedScanPath, templateScanPath } from '../../../../src/shared/node/templateSetPaths.js'
import { readTemplateSet, writeTemplateSet } from '../../../../src/engine/templates/templateSetFile.js'
import { templateScans } from '../../../support/templateScans.js'

const { at, writePair, setOf } = templateScans()

beforeAll(async () => {
  await writePair('a', 0)
  await writePair('b', 10)
})

describe('template set files', () => {
  it('survive being written and read, and store paths relative to themselves', async () => {
    await mkdir(at('sets'), { recursive: true })
    const file = at('sets/s.json')
    const set = await setOf(file, ['a', 'b'])
    expect(set.scans[0].path).toBe('../a_ct.nii.gz')
    expect(templateScanPath(file, set.scans[0])).toBe(at('a_ct.nii.gz'))
    expect(storedScanPath(file, at('sets/deep/x.nii'))).toBe('deep/x.nii')
    await writeTemplateSet(file, set)
    expect(await readTemplateSet(file)).toEqual(set)
  })
})
