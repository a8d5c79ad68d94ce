import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readLabelMap } from '../../../../src/engine/scanFiles/readLabelMap.js'
import { readScan } from '../../../../src/engine/scanFiles/readScan.js'
import { writeLabelMap } from '../../../../src/engine/scanFiles/writeLabelMap.js'
import { writeScan } from '../../../../src/engine/scanFiles/writeScan.js'
import { errorOf, nifti, temporaryFolder, TYPES, type NiftiSpec, type TypeName } from '../../../support/niftiFixture.js'
import { ORIENTATIONS, storeAs, turnedAffine } from '../../../support/orientations.js'
import { roughVolume } from '../../../support/roughVolume.js'

const { folder, put } = temporaryFolder()
let files = 0
/** Near half a turn a qform's float32 quaternion leaves its first number known to 3e-4 only (by design of NIfTI). */
const QFORM_MM = 5e-3

/** Byte ranges that place a scan: sizes of header, pixdim 0-3, units, and everything of qform and sform. */
const PLACE = {
  1: [
    [0, 4],
    [76, 92],
    [123, 124],
    [252, 328],
  ],
  2: [
    [0, 4],
    [104, 136],
    [344, 496],
    [500, 504],
  ],
} as const

async function roundTrip(
  spec: NiftiSpec,
  ending = 'nii.gz',
): Promise<{ source: Buffer; written: Buffer; values: Uint8Array; file: string }> {
  const source = nifti(spec)
  const scan = await readScan(put(`source${files++}.nii.gz`, source), { timePoint: 0 })
  const values = Uint8Array.from(scan.data, (_, i) => i % 8)
  const file = path.join(folder, `labels${files++}.${ending}`)
  await writeLabelMap(file, { data: values, size: scan.size, affine: scan.affine }, scan.geometry, [{ labelValue: 7 }])
  const stored = readFileSync(file)
  return { source, written: ending === 'nii' ? stored : gunzipSync(stored), values, file }
}

describe('A written label map', () => {
  test('lies where its scan lies, bit for bit: both versions, both byte orders, every number format', async () => {
    for (const version of [1, 2] as const) {
      for (const littleEndian of [true, false]) {
        for (const type of Object.keys(TYPES) as TypeName[]) {
          const spec: NiftiSpec = {
            version,
            littleEndian,
            type,
            units: 10,
            qformCode: 1,
            sformCode: 3,
            qfac: -1,
            values: Array.from({ length: 24 }, (_, i) => i * 5),
            slope: 10,
            inter: -1024,
            pixdim: [0.7, 0.9, 1.1],
            quaternion: [0.1, 0.2, 0.3],
            qoffset: [1.1, 2.2, 3.3],
            sform: [0.7, 0.1, 0, -12.3, 0.2, -0.9, 0, 45.6, 0, 0, 1.1, 78.9],
          }
          const { source, written, values, file } = await roundTrip(spec)
          for (const [from, to] of PLACE[version]) expect(written.subarray(from, to)).toEqual(source.subarray(from, to))
          const back = await readLabelMap(file)
          expect(back.data).toEqual(values)
          expect(back.size).toEqual([4, 3, 2])
        }
      }
    }
  })

  test('describes its own voxels: uint8, slope 1, no range, no extension, no text of the scan', async () => {
    const { written } = await roundTrip({ dims: [4, 3, 2, 2], slope: 3, inter: 4 })
    const view = new DataView(written.buffer, written.byteOffset)
    expect(Array.from({ length: 8 }, (_, i) => view.getInt16(40 + 2 * i, true))).toEqual([3, 4, 3, 2, 1, 1, 1, 1])
    expect([view.getInt16(70, true), view.getInt16(72, true), view.getFloat32(108, true)]).toEqual([2, 8, 352])
    expect([view.getFloat32(112, true), view.getFloat32(116, true)]).toEqual([1, 0])
    expect([view.getFloat32(124, true), view.getFloat32(128, true)]).toEqual([0, 0])
    expect(view.getInt16(68, true)).toBe(1002)
    expect([...written.subarray(348, 352)]).toEqual([0, 0, 0, 0])
    expect(written.toString('latin1', 344, 347)).toBe('n+1')
    expect(written.toString('latin1')).not.toContain('made for a test')
  })

  test('of a scan with header extensions begins where its own header ends', async () => {
    for (const version of [1, 2] as const) {
      const whole = nifti({ version, offset: (version === 1 ? 352 : 544) + 32 })
      const start = version === 1 ? 352 : 544
      const scan = await readScan(
        put(
          `extended${version}.nii`,
          Buffer.concat([whole.subarray(0, start), Buffer.alloc(32, 1), whole.subarray(start)]),
        ),
      )
      const file = path.join(folder, `extended${version}_labels.nii`)
      await writeLabelMap(
        file,
        { data: new Uint8Array(24).fill(9), size: scan.size, affine: scan.affine },
        scan.geometry,
        [],
      )
      expect(readFileSync(file)).toHaveLength(start + 24)
      expect((await readLabelMap(file)).data).toEqual(new Uint8Array(24).fill(9))
    }
  })

  test('of a pair is one file', async () => {
    for (const version of [1, 2] as const) {
      const whole = nifti({ version, magic: version === 1 ? 'ni1\0' : 'ni2\0', offset: 0 })
      const start = version === 1 ? 352 : 544
      put(`pair${version}.img`, whole.subarray(start))
      const scan = await readScan(put(`pair${version}.hdr`, whole.subarray(0, start)))
      const file = path.join(folder, `pair${version}.nii`)
      await writeLabelMap(
        file,
        { data: new Uint8Array(24).fill(1), size: scan.size, affine: scan.affine },
        scan.geometry,
        [],
      )
      expect((await readLabelMap(file)).data).toEqual(new Uint8Array(24).fill(1))
    }
  })

  test('is the same bytes for the same labels', async () => {
    const [first, second] = [await roundTrip({}), await roundTrip({})]
    expect(readFileSync(first.file)).toEqual(readFileSync(second.file))
    const gzipHeader = [...readFileSync(first.file).subarray(0, 10)]
    expect(gzipHeader.slice(4, 8)).toEqual([0, 0, 0, 0])
    expect(gzipHeader[9]).toBe(255)
  })

  test('is as small as fits every structure, in the byte order of its header', async () => {
    for (const littleEndian of [true, false]) {
      const scan = await readScan(put(`wide${files++}.nii`, nifti({ littleEndian })))
      for (const [labelValue, code] of [
        [255, 2],
        [256, 512],
        [65535, 512],
        [65536, 768],
      ] as const) {
        const data = new Uint32Array(24)
        data[5] = labelValue
        for (const [values, structures] of [
          [data, []],
          [new Uint8Array(24), [{ labelValue }]],
        ] as const) {
          const file = path.join(folder, `wide${files++}.nii`)
          await writeLabelMap(file, { data: values, size: scan.size, affine: scan.affine }, scan.geometry, structures)
          const bytes = readFileSync(file)
          expect(littleEndian ? bytes.readInt16LE(70) : bytes.readInt16BE(70)).toBe(code)
          expect([...(await readLabelMap(file)).data]).toEqual([...values])
        }
      }
    }
  })

  test('on a scan without a NIfTI header keeps every point where it is, in all 48 orientations and oblique', async () => {
    const angle = fc.double({ min: -0.7, max: 0.7, noNaN: true })
    await fc.assert(
      fc.asyncProperty(fc.tuple(angle, angle, angle), fc.constantFrom(...ORIENTATIONS), async (angles, orientation) => {
        const { data, size, affine } = storeAs(
          roughVolume([4, 3, 2], turnedAffine([0.8, 1.5, 3], angles, [10, -20, 30])),
          orientation,
        )
        const file = path.join(folder, 'turned.nii')
        await writeScan(file, { data, size, affine })
        const back = await readScan(file)
        expect(back.data).toEqual(data)
        back.affine.forEach((value, i) => {
          expect(value).toBeCloseTo(affine[i], 4)
        })
        expect(back.warnings).toEqual([])
        // With the sform switched off, the qform must say the same.
        const bytes = readFileSync(file)
        bytes.writeInt16LE(0, 254)
        writeFileSync(file, bytes)
        ;(await readScan(file)).affine.forEach((value, i) => {
          expect(Math.abs(value - affine[i])).toBeLessThan(QFORM_MM)
        })
      }),
      { numRuns: 60 },
    )
  })

  test('has no qform when the scan is sheared', async () => {
    const file = path.join(folder, 'sheared.nii')
    await writeScan(file, roughVolume([4, 3, 2], [1, 0.3, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]))
    const bytes = readFileSync(file)
    expect([bytes.readInt16LE(252), bytes.readInt16LE(254)]).toEqual([0, 1])
  })
})

describe('A label map that cannot be written', () => {
  const size = [4, 3, 2] as const
  const affine = turnedAffine([1, 1, 1], [0, 0, 0], [0, 0, 0])
  const write = (file: string): Promise<void> =>
    writeLabelMap(file, { data: new Uint8Array(24), size, affine }, { niftiHeader: null, size, affine }, [])

  test('because its folder is missing or a file says so and leaves nothing', async () => {
    const plain = put('plain', 'x')
    for (const [file, cause] of [
      [path.join(folder, 'no', 'where.nii.gz'), /folder does not exist/],
      [path.join(plain, 'a.nii.gz'), /is a file/],
    ] as const) {
      const error = await errorOf(write(file))
      expect([error.kind, error.file]).toEqual(['output', file])
      expect(error.message).toMatch(cause)
      expect(error.message).toContain(file)
    }
  })

  test('because a folder has its name says so and leaves nothing', async () => {
    const inside = path.join(folder, 'taken')
    mkdirSync(path.join(inside, 'a.nii.gz'), { recursive: true })
    const error = await errorOf(write(path.join(inside, 'a.nii.gz')))
    expect(error.message).toMatch(/folder of that name/)
    expect(readdirSync(inside)).toEqual(['a.nii.gz'])
  })

  test('because of its ending says which endings there are', async () => {
    expect((await errorOf(write(path.join(folder, 'labels.png')))).message).toMatch(/\.nii\.gz or \.nii/)
  })
})

const hasNibabel = ((): boolean => {
  try {
    execFileSync('python3', ['-c', 'import nibabel'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

test.skipIf(!hasNibabel)('nibabel, where it is installed, reads what is written the same way', async () => {
  const volume = storeAs(
    roughVolume([4, 3, 2], turnedAffine([0.8, 1.5, 3], [0.2, -0.1, 0.3], [10, -20, 30])),
    ORIENTATIONS[29],
  )
  const file = path.join(folder, 'nibabel.nii.gz')
  await writeScan(file, volume)
  const script =
    'import nibabel,json,sys;i=nibabel.load(sys.argv[1]);print(json.dumps([i.affine.ravel().tolist(),i.get_qform().ravel().tolist(),i.get_fdata().ravel(order="F").tolist()]))'
  const [affine, qform, values] = JSON.parse(
    execFileSync('python3', ['-c', script, file], { encoding: 'utf8' }),
  ) as number[][]
  affine.forEach((value, i) => {
    expect(value).toBeCloseTo(volume.affine[i], 5)
  })
  qform.forEach((value, i) => {
    expect(value).toBeCloseTo(volume.affine[i], 3)
  })
  expect(values).toEqual([...volume.data])
})
