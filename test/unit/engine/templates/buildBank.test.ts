import { copyFile, readFile, rename, writeFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { emptyTemplateSet, type TemplateSet } from '../../../../src/shared/templateSet.js'
import { addTemplate } from '../../../../src/shared/templateSetEdit.js'
import { makeSyntheticCt } from '../../../../src/lab/synthetic/syntheticCt.js'
import { buildBank } from '../../../../src/engine/templates/buildBank.js'
import { templateFromLabelMap } from '../../../../src/engine/templates/fromLabelMap.js'
import { writeLabelMap } from '../../../../src/engine/scanFiles/writeLabelMap.js'
import { writeScan } from '../../../../src/engine/scanFiles/writeScan.js'
import { analyticDenseModel } from '../../../support/analyticModel.js'
import { NAMES, templateScans } from '../../../support/templateScans.js'

const { at, writePair, writeTallPair, setOf } = templateScans()

beforeAll(async () => {
  await writePair('a', 0)
  await writePair('b', 10)
  await writePair('c', -10)
})

describe('template banks', () => {
  it('are built of all scans; moved, changed and incomplete ones are named and skipped', async () => {
    const model = await analyticDenseModel()
    const file = at('bank-set.json')
    await copyFile(at('c_ct.nii.gz'), at('gone_ct.nii.gz'))
    await copyFile(at('c_seg.nii.gz'), at('gone_seg.nii.gz'))
    await copyFile(at('c_ct.nii.gz'), at('changed_ct.nii.gz'))
    await copyFile(at('c_seg.nii.gz'), at('changed_seg.nii.gz'))
    const set = await setOf(file, ['a', 'b', 'gone', 'changed'])
    await rename(at('gone_ct.nii.gz'), at('gone-away.nii.gz'))
    await copyFile(at('b_ct.nii.gz'), at('changed_ct.nii.gz'))
    const more: TemplateSet = {
      ...set,
      structures: [...set.structures, { name: 'Rare', labelValue: 9, color: '#000000' }],
    }
    const { bank, problems } = await buildBank(model, more, file)
    expect(bank.templates.map((template) => template.id)).toEqual(['a_ct', 'b_ct'])
    expect(problems.join('\n')).toMatch(/gone_ct.*not there/)
    expect(problems.join('\n')).toMatch(/changed_ct.*changed since/)
    expect(problems.join('\n')).toMatch(/a_ct has no points of Rare/)
    expect(bank.structures.map((structure) => structure.name)).toEqual(['Lump'])
  })

  it('learn from other scans to which side their walls are off, and how far; from none, from themselves, and from cut ones nothing', async () => {
    const model = await analyticDenseModel()
    const file = at('taught.json')
    const set = await setOf(file, ['a', 'b', 'c'])
    const shifts = [-15, -8, 0, 8, 15]
    for (const [i, shift] of shifts.entries()) await writeTallPair(`tall${i}`, shift)
    const scans = shifts.map((_, i) => ({
      scan: at(`tall${i}_ct.nii.gz`),
      labels: at(`tall${i}_seg.nii.gz`),
      structures: NAMES,
    }))
    const self = { scan: at('a_ct.nii.gz'), labels: at('a_seg.nii.gz'), structures: NAMES }
    const missing = { ...self, scan: at('nothing_ct.nii.gz') }
    const { bank, problems } = await buildBank(model, set, file, { calibrateOn: [...scans, self, missing] })
    const learned = bank.calibrations.get('Lump')
    // Five scans beside ten that count as having shown no shift: a third of what they show.
    expect(Math.abs((learned?.shiftMm[3] ?? NaN) + 10 / 3)).toBeLessThan(0.7)
    for (const side of [0, 1, 2, 4, 5]) expect(Math.abs(learned?.shiftMm[side] ?? NaN)).toBeLessThan(1)
    expect(Math.abs((learned?.errorMm[3] ?? NaN) - 20 / 3)).toBeLessThan(1.4)
    expect(problems).toEqual([expect.stringContaining('nothing_ct.nii.gz teaches nothing')])

    const untaught = await buildBank(model, set, file)
    expect(untaught.bank.calibrations.get('Lump')?.shiftMm).toEqual([0, 0, 0, 0, 0, 0])
    await expect(buildBank(model, set, file, { calibrateOn: [self] })).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringContaining('None of the 1 labelled scans'),
    })
  })

  it('notice that the image of a header-and-image pair has changed', async () => {
    const model = await analyticDenseModel()
    const { ct, labels, structures } = makeSyntheticCt({ seed: 2, spacingMm: [8, 8, 8], lengthMm: 80 })
    const geometry = { niftiHeader: null, size: ct.size, affine: ct.affine }
    await writeScan(at('whole.nii'), ct)
    await writeLabelMap(at('pair_seg.nii.gz'), labels, geometry, structures)
    const whole = await readFile(at('whole.nii'))
    // A pair is the same header with its own magic, and the voxels from the start of the other file.
    const header = Buffer.from(whole.subarray(0, 348))
    header.write('ni1\0', 344, 'latin1')
    header.writeFloatLE(0, 108)
    await writeFile(at('pair.hdr'), header)
    await writeFile(at('pair.img'), whole.subarray(352))
    const { scan, structures: found } = await templateFromLabelMap(
      at('pair.json'),
      at('pair.hdr'),
      at('pair_seg.nii.gz'),
      structures,
      { maxParts: 0 },
    )
    const set = addTemplate(emptyTemplateSet('test'), { scan, structures: found })
    const voxels = Buffer.from(whole.subarray(352))
    voxels.writeInt16LE(77, 1000)
    await writeFile(at('pair.img'), voxels)
    await expect(buildBank(model, set, at('pair.json'))).rejects.toMatchObject({
      message: expect.stringContaining('changed since'),
    })
  })

  it('are an error when no scan is left', async () => {
    const model = await analyticDenseModel()
    const set = await setOf(at('x.json'), ['a'])
    const disabled: TemplateSet = { ...set, scans: set.scans.map((scan) => ({ ...scan, enabled: false })) }
    await expect(buildBank(model, disabled, at('x.json'))).rejects.toMatchObject({
      kind: 'template',
      message: expect.stringContaining('no usable scan'),
    })
  })
})
