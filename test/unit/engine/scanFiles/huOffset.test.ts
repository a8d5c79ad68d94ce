import { describe, expect, it } from 'vitest'
import { readScan } from '../../../../src/engine/scanFiles/readScan.js'
import { makeSyntheticCt } from '../../../../src/lab/synthetic/syntheticCt.js'
import { MedlsamError } from '../../../../src/shared/medlsamError.js'
import { errorOf, nifti, temporaryFolder } from '../../../support/niftiFixture.js'

const { put } = temporaryFolder()
const { data, size } = makeSyntheticCt({ seed: 1 }).ct
/** Every 16th slice: enough to tell. */
const plane = size[0] * size[1]
const slices = Array.from({ length: size[2] >> 4 }, (_, z) => data.subarray(16 * z * plane, (16 * z + 1) * plane))
const HU = slices.flatMap((slice) => [...slice])
const stored = (values: readonly number[], type: 'int16' | 'uint16'): string =>
  put('ct.nii.gz', nifti({ dims: [size[0], size[1], slices.length], type, values }))

describe('A CT that was saved with an offset', () => {
  it.each([
    [1024, 'uint16'],
    [1000, 'uint16'],
    [1024, 'int16'],
    [32768, 'uint16'],
  ] as const)('of %i as %s is recognised, and read when that is subtracted', async (offset, type) => {
    const file = stored(
      HU.map((hu) => Math.max(0, hu + offset)),
      type,
    )
    await expect(readScan(file)).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringContaining(`plus ${offset}`) as string,
      remedy: { option: 'huOffset', offset },
    })
    const scan = await readScan(file, { huOffset: offset })
    expect(scan.data).toEqual(Int16Array.from(HU, (hu) => Math.max(-offset, hu)))
    expect(scan.warnings.join(' ')).toContain(`${offset} was subtracted`)
  })

  it.each([
    [600, 'int16'],
    [976, 'int16'],
    [1400, 'uint16'],
    [-1024, 'int16'],
  ] as const)('of %i, which is not usual, is recognised by its peaks', async (offset, type) => {
    const file = stored(
      HU.map((hu) => hu + offset),
      type,
    )
    const error = await errorOf(readScan(file))
    const told = error.remedy?.option === 'huOffset' ? error.remedy.offset : NaN
    expect(Math.abs(told - offset)).toBeLessThanOrEqual(10)
    expect(error.message).toContain(`${told < 0 ? 'minus' : 'plus'} ${Math.abs(told)}`)
    await readScan(file, { huOffset: told })
  })

  it('is not taken for a template, which nothing is subtracted from', async () => {
    const file = stored(
      HU.map((hu) => hu + 1024),
      'int16',
    )
    await expect(readScan(file, { isTemplate: true })).rejects.toMatchObject({
      message: expect.stringContaining('plus 1024') as string,
      remedy: undefined,
    })
    await readScan(stored(HU, 'int16'), { isTemplate: true })
  })

  it.each([
    ['as it is', HU],
    ['with another filling outside', HU.map((hu, i) => (i % 3 === 0 ? -3024 : hu))],
    ['with no air', HU.filter((hu) => hu > -200)],
    ['of lung and tissue', HU.map((hu, i) => (hu < -500 ? -850 + (i % 60) : hu))],
  ])('is not seen in a CT %s', async (_, values) => {
    const cut = values.slice(0, 64 * 64 * Math.floor(values.length / 4096))
    const file = put('ct.nii.gz', nifti({ dims: [64, 64, cut.length / 4096], type: 'int16', values: cut }))
    const { warnings } = await readScan(file).catch((error: unknown) => {
      if (error instanceof MedlsamError && error.remedy?.option === 'forceHu') return { warnings: [] }
      throw error
    })
    expect(warnings.join(' ')).not.toContain('subtracted')
  })

  it('is not seen in what has no air a thousand below its tissue', async () => {
    // As in MR: a dark background and all shades of grey.
    const grey = stored(
      HU.map((hu, i) => (hu < -500 ? 10 : (i * 7919) % 1500)),
      'uint16',
    )
    await expect(readScan(grey)).rejects.toMatchObject({ remedy: { option: 'forceHu' } })
  })
})
