import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readScan } from '../../../../src/engine/scanFiles/readScan.js'
import {
  ctValues,
  errorOf,
  nifti,
  niftiHeader,
  temporaryFolder,
  TYPES,
  voxelBytes,
  type TypeName,
} from '../../../support/niftiFixture.js'

const { put } = temporaryFolder()
const SIGNED = ['int16', 'int32', 'int64', 'float32', 'float64'] as const
const ALL = Object.keys(TYPES) as TypeName[]
let files = 0
const name = (ending = 'nii.gz'): string => `scan${files++}.${ending}`

describe('readScan', () => {
  for (const version of [1, 2] as const) {
    for (const littleEndian of [true, false]) {
      test(`reads every signed number format of NIfTI-${version}, ${littleEndian ? 'little' : 'big'} endian`, async () => {
        for (const type of SIGNED) {
          for (const ending of ['nii', 'nii.gz']) {
            const scan = await readScan(put(name(ending), nifti({ version, littleEndian, type })))
            expect(scan.data).toEqual(Int16Array.from(ctValues(24)))
            expect(scan.size).toEqual([4, 3, 2])
            expect(scan.affine).toEqual([1, 0, 0, -10, 0, 2, 0, -20, 0, 0, 3, -30, 0, 0, 0, 1])
          }
        }
      })

      test(`scales every number format of NIfTI-${version}, ${littleEndian ? 'little' : 'big'} endian`, async () => {
        for (const type of ALL) {
          const values = Array.from({ length: 24 }, (_, i) => i * 5)
          const scan = await readScan(
            put(name(), nifti({ version, littleEndian, type, values, slope: 10, inter: -1024 })),
          )
          expect(scan.data).toEqual(Int16Array.from(values, (v) => v * 10 - 1024))
        }
      })
    }
  }

  test('hands over int16 voxels as float32 only where whole numbers cannot hold them', async () => {
    const half = await readScan(put(name(), nifti({ slope: 0.5 })))
    expect(half.data).toEqual(Float32Array.from(ctValues(24), (v) => v / 2))
  })

  test.each([0, Number.NaN, Infinity])('takes a slope of %s as no scaling', async (slope) => {
    const scan = await readScan(put(name(), nifti({ slope, inter: 5 })))
    expect(scan.data).toEqual(Int16Array.from(ctValues(24)))
  })

  test('takes an intercept that is no number as none', async () => {
    const scan = await readScan(put(name(), nifti({ slope: 2, inter: Number.NaN })))
    expect(scan.data).toEqual(Int16Array.from(ctValues(24), (v) => v * 2))
  })

  test('turns NaN and infinite voxels into air before anything is computed, and says how many', async () => {
    const values = ctValues(24)
    values.splice(3, 3, Number.NaN, Infinity, -Infinity)
    const scan = await readScan(put(name(), nifti({ type: 'float32', values })))
    expect([...scan.data.subarray(2, 7)]).toEqual([values[2], -1000, -1000, -1000, values[6]])
    expect(scan.warnings.join()).toMatch(/3 voxels/)
  })

  test('hashes the file as stored', async () => {
    const file = put(name(), nifti())
    expect((await readScan(file)).sha256).toBe(createHash('sha256').update(readFileSync(file)).digest('hex'))
  })

  test('keeps the header bytes as stored', async () => {
    for (const version of [1, 2] as const) {
      const scan = await readScan(put(name(), nifti({ version, littleEndian: false })))
      expect(scan.geometry.niftiHeader).toEqual(
        niftiHeader({ version, littleEndian: false }).subarray(0, version === 1 ? 348 : 540),
      )
    }
  })

  test('reads a pair by either name and hashes both files', async () => {
    for (const version of [1, 2] as const) {
      const header = niftiHeader({ version, magic: version === 1 ? 'ni1\0' : 'ni2\0', offset: 0 })
      const voxels = voxelBytes({})
      const hdr = put(`pair${version}.hdr`, header)
      const img = put(`pair${version}.img`, voxels)
      const [first, second] = [await readScan(hdr), await readScan(img)]
      expect(first.data).toEqual(Int16Array.from(ctValues(24)))
      expect(second.data).toEqual(first.data)
      expect(second.sha256).toBe(first.sha256)
      expect(first.sha256).toBe(createHash('sha256').update(header).update(voxels).digest('hex'))
    }
  })

  test('reads the named time point of a 4D scan', async () => {
    const values = ctValues(72)
    for (const ending of ['nii', 'nii.gz']) {
      const file = put(name(ending), nifti({ dims: [4, 3, 2, 3], values }))
      for (const timePoint of [0, 1, 2]) {
        expect((await readScan(file, { timePoint })).data).toEqual(
          Int16Array.from(values.slice(24 * timePoint, 24 * timePoint + 24)),
        )
      }
      const error = await errorOf(readScan(file, { timePoint: 3 }))
      expect(error.kind).toBe('usage')
      expect(error.message).toMatch(/no time point 3/)
    }
  })

  test('skips header extensions', async () => {
    const extended = Buffer.concat([niftiHeader({ offset: 384 }), Buffer.alloc(32, 0x55), voxelBytes({})])
    extended[348] = 1
    expect((await readScan(put(name(), extended))).data).toEqual(Int16Array.from(ctValues(24)))
  })
})
