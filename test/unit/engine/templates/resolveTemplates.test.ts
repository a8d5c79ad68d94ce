import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseTemplateSet } from '../../../../src/shared/node/templateSetText.js'
import { resolveTemplates } from '../../../../src/engine/templates/resolveTemplates.js'
import { writeTemplateSet } from '../../../../src/engine/templates/templateSetFile.js'
import { analyticDenseModel } from '../../../support/analyticModel.js'
import { templateScans } from '../../../support/templateScans.js'

const { folder, at, writePair, setOf } = templateScans()

beforeAll(async () => {
  await writePair('a', 0)
})

describe('templates by name or file', () => {
  it('are encoded once and then taken from the cache, until a point moves', async () => {
    const model = await analyticDenseModel()
    const file = at('cached.json')
    const sources = { assetsFolder: folder, cacheFolder: at('cache') }
    await writeTemplateSet(file, await setOf(file, ['a']))
    const first = await resolveTemplates(model, file, sources)
    const runs = model.features.runs
    const second = await resolveTemplates(model, file, sources)
    expect(model.features.runs).toBe(runs)
    expect(second.bank).toEqual(first.bank)
    const text = await readFile(file, 'utf8')
    const set = parseTemplateSet(text, file)
    const [scan] = set.scans
    const lump = scan.structures['Lump']
    await writeTemplateSet(file, {
      ...set,
      scans: [{ ...scan, structures: { Lump: { ...lump, points: { ...lump.points, left: [-20, 0, 0] } } } }],
    })
    await resolveTemplates(model, file, sources)
    expect(model.features.runs).toBeGreaterThan(runs)
  })

  it('made with another model are refused, and so is a name that nobody knows', async () => {
    const model = await analyticDenseModel()
    const file = at('keyed.json')
    await writeTemplateSet(file, await setOf(file, ['a']))
    const sources = { assetsFolder: folder, cacheFolder: at('cache2') }
    await resolveTemplates(model, file, sources)
    const [bank] = await readdir(at('cache2/banks'))
    const other = { ...model, hash: 'f'.repeat(64) }
    await expect(resolveTemplates(other, path.join(at('cache2/banks'), bank), sources)).rejects.toMatchObject({
      kind: 'template',
      message: expect.stringContaining('built with another localization model'),
    })
    await expect(resolveTemplates(model, 'no-such-bank', sources)).rejects.toMatchObject({
      kind: 'template',
      message: expect.stringContaining('no-such-bank'),
    })
  })
})
