import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readHeader } from '../../../../src/engine/scanFiles/readHeader.js'
import { readLabelMap } from '../../../../src/engine/scanFiles/readLabelMap.js'
import { readScan } from '../../../../src/engine/scanFiles/readScan.js'
import {
  ctValues,
  errorOf,
  nifti,
  niftiHeader,
  temporaryFolder,
  voxelBytes,
  type NiftiSpec,
} from '../../../support/niftiFixture.js'

const { folder, put } = temporaryFolder()

/** Checks the promises made for every bad input: kind, one sentence, the file, the cause. */
async function expectInputError(promise: Promise<unknown>, file: string, cause: RegExp): Promise<void> {
  const error = await errorOf(promise)
  expect(error.kind).toBe('input')
  expect(error.message).toContain(path.basename(file))
  expect(error.message).toMatch(cause)
  expect(error.message).toMatch(/^[^\n]+\.$/)
  expect(error.file).toBe(file)
}

const singular = [1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1, 0]
const HEADERS: readonly (readonly [string, NiftiSpec, RegExp])[] = [
  ['an axis of 0 voxels', { dims: [4, 0, 2], values: ctValues(24) }, /0 voxels/],
  ['an axis of negative length', { dims: [4, -3, 2], values: ctValues(24) }, /-3 voxels/],
  ['an axis of 0 voxels in NIfTI-2', { version: 2, dims: [0, 3, 2], values: ctValues(24) }, /0 voxels/],
  ['sizes that overflow', { version: 2, dims: [2 ** 30, 2 ** 30, 2 ** 30], values: ctValues(24) }, /which no scan has/],
  ['an axis beyond 53 bits', { version: 2, dims: [Number(2n ** 62n), 3, 2], values: ctValues(24) }, /voxels/],
  ['more voxels than memory', { dims: [30000, 30000, 30000], values: ctValues(24) }, /which no scan has/],
  ['no dimensions', { dims: [], values: ctValues(24) }, /0 dimensions/],
  ['a 2D image', { dims: [4, 6] }, /2D image/],
  ['a single slice', { dims: [4, 6, 1] }, /single picture/],
  ['4D without a choice', { dims: [4, 3, 2, 5] }, /5 time points.*choose one \(0 to 4\)/],
  ['4D with no time points', { dims: [4, 3, 2, 0], values: ctValues(24) }, /0 voxels/],
  ['vectors', { dims: [4, 3, 2, 1, 3] }, /vectors/],
  ['RGB', { code: 128 }, /colours/],
  ['RGBA', { code: 2304 }, /colours/],
  ['complex numbers', { code: 32 }, /complex/],
  ['an unknown voxel type', { code: 77 }, /unknown voxel type 77/],
  ['spacing 0', { sformCode: 0, pixdim: [1, 0, 3] }, /spacing of 0 mm/],
  ['spacing of a kilometre', { sformCode: 0, pixdim: [1e6, 2, 3] }, /spacing of 1000000 mm/],
  ['spacing that is no number', { sformCode: 0, pixdim: [Number.NaN, 2, 3] }, /spacing of NaN mm/],
  ['a singular affine', { sform: singular }, /singular/],
  ['an affine of zeros', { sform: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] }, /singular/],
  ['an affine that is no number', { sform: [1, 0, 0, Number.NaN, 0, 2, 0, 0, 0, 0, 3, 0] }, /no numbers/],
  ['an affine with voxels of a kilometre', { sform: [1e6, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0] }, /spacing of 1000000 mm/],
  ['voxels that begin in the header', { offset: 100 }, /begin at byte 100/],
  ['voxels that begin before the file', { offset: -352 }, /begin at byte -352/],
  ['voxels that begin at no number', { offset: Number.NaN }, /begin at byte NaN/],
  ['voxels that begin beyond the file', { offset: 1e6 }, /cut off/],
  ['a constant volume', { values: new Array<number>(24).fill(-1000) }, /same value, -1000/],
  ['only NaN', { type: 'float32', values: new Array<number>(24).fill(Number.NaN) }, /NaN/],
  ['nothing below -200', { values: ctValues(24).map((v) => v + 800) }, /below -200.*all the same/],
  ['nothing above 10', { values: ctValues(24).map((v) => v - 500) }, /10 or more.*all the same/],
  [
    'a range wider than int16',
    { type: 'float32', values: ctValues(24).map((v) => v * 100) },
    /wider range.*all the same/,
  ],
  ['unsigned values beyond int16', { type: 'uint16', values: ctValues(24).map((v) => v + 40000) }, /wider range/],
]

describe('A scan is refused with one sentence when its file holds', () => {
  test.each(HEADERS.map(([name, spec, cause], i) => ({ name, spec, cause, i })))(
    '$name',
    async ({ spec, cause, i }) => {
      for (const ending of ['nii', 'nii.gz']) {
        const file = put(`bad${i}.${ending}`, nifti(spec))
        await expectInputError(readScan(file), file, cause)
      }
    },
  )
})

describe('A scan is refused with one sentence when the file itself', () => {
  test('is missing', async () => {
    const file = path.join(folder, 'missing.nii.gz')
    for (const read of [readScan, readLabelMap, readHeader]) await expectInputError(read(file), file, /does not exist/)
  })

  test('is a folder', async () => {
    for (const name of ['folder.nii.gz', 'dicom']) {
      const file = path.join(folder, name)
      mkdirSync(file)
      await expectInputError(readScan(file), file, /is a folder/)
    }
  })

  test('is empty', async () => {
    for (const name of ['empty.nii', 'empty.nrrd', 'empty.mha', 'empty.xyz']) {
      const file = put(name, '')
      await expectInputError(readScan(file), file, /is empty/)
    }
  })

  test('is of an unknown kind', async () => {
    const [file, dicom] = [put('scan.xyz', 'x'), put('scan.dcm', 'x')]
    await expectInputError(readScan(file), file, /no known kind/)
    await expectInputError(readScan(dicom), dicom, /is not DICOM/)
  })

  test('holds random bytes', async () => {
    const noise = Uint8Array.from({ length: 5000 }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 13) & 0xff)
    const raw = put('noise.nii', noise)
    await expectInputError(readScan(raw), raw, /not a NIfTI file/)
    const named = path.join(folder, 'noise2.nii.gz')
    put('noise2.nii.gz', Buffer.concat([Buffer.from([0x1f, 0x8b]), noise]))
    await expectInputError(readScan(named), named, /damaged/)
    const zipped = put('noise3.nii.gz', gzipSync(noise))
    await expectInputError(readScan(zipped), zipped, /not a NIfTI file/)
  })

  test('is shorter than a header', async () => {
    const file = put('short.nii', niftiHeader({}).subarray(0, 200))
    await expectInputError(readScan(file), file, /too short/)
    const two = put('short2.nii', niftiHeader({ version: 2 }).subarray(0, 400))
    await expectInputError(readScan(two), two, /ends within its header/)
  })

  test('has another magic number', async () => {
    const file = put('analyze.hdr', niftiHeader({ magic: '\0\0\0\0' }))
    await expectInputError(readScan(file), file, /magic number/)
  })

  test('has another header length', async () => {
    const bytes = nifti()
    bytes.writeInt32LE(1234, 0)
    const file = put('length.nii', bytes)
    await expectInputError(readScan(file), file, /header length/)
  })

  test('holds fewer voxels than promised', async () => {
    const bytes = nifti().subarray(0, 352 + 20)
    for (const name of ['cut.nii', 'cut.nii.gz']) {
      const file = put(name, bytes)
      await expectInputError(readScan(file), file, /cut off/)
    }
  })

  test('promises a volume that its few bytes cannot hold, without making room for it', async () => {
    const before = process.memoryUsage().rss
    const file = put('hollow.nii.gz', nifti({ dims: [900, 900, 600], values: ctValues(24) }))
    await expectInputError(readScan(file), file, /cut off/)
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 2 ** 20)
  })

  test('is a gzip stream cut in the middle', async () => {
    const values = Array.from({ length: 20 * 20 * 20 }, (_, i) => ((Math.imul(i + 1, 2654435761) >>> 8) % 3000) - 1000)
    const zipped = gzipSync(nifti({ dims: [20, 20, 20], values }))
    for (const length of [30, Math.floor(zipped.length / 2), zipped.length - 4]) {
      const file = put(`truncated${length}.nii.gz`, zipped.subarray(0, length))
      await expectInputError(readScan(file), file, /cut off/)
    }
  })

  test('is a gzip stream with a wrong checksum', async () => {
    const zipped = gzipSync(nifti())
    zipped[zipped.length - 6] ^= 0xff
    const file = put('checksum.nii.gz', zipped)
    await expectInputError(readScan(file), file, /damaged/)
  })

  test('needs more memory than allowed, saying how much and how to allow it', async () => {
    const file = put('large.nii', nifti({ dims: [2000, 2000, 2000], values: ctValues(24) }))
    await expectInputError(readScan(file), file, /15259 MiB.*2048 MiB.*raise it/)
    const small = put('small.nii', nifti())
    await expectInputError(readScan(small, { maxBytes: 47 }), small, /raise it if this machine has room/)
    await expect(readScan(small, { maxBytes: 48 })).resolves.toMatchObject({ size: [4, 3, 2] })
  })

  test('is a pair with one half missing', async () => {
    const header = put('alone.hdr', niftiHeader({ magic: 'ni1\0', offset: 0 }))
    await expectInputError(readScan(header), header, /alone\.img is missing/)
    const image = put('alone2.img', voxelBytes({}))
    await expectInputError(readScan(image), image, /alone2\.hdr is missing/)
  })
})

describe('A refused scan says as data what has it used all the same', () => {
  test('when its values are not those of CT', async () => {
    for (const shift of [800, -500]) {
      const file = put(`shifted${shift}.nii`, nifti({ values: ctValues(24).map((value) => value + shift) }))
      await expect(readScan(file)).rejects.toMatchObject({ remedy: { option: 'forceHu' } })
      await expect(readScan(file, { forceHu: true })).resolves.toMatchObject({ size: [4, 3, 2] })
    }
  })

  test('when it has several time points', async () => {
    const file = put('points.nii', nifti({ dims: [4, 3, 2, 5] }))
    await expect(readScan(file)).rejects.toMatchObject({ remedy: { option: 'timePoint', timePoints: 5 } })
  })

  test('when it is large', async () => {
    const file = put('limit.nii', nifti())
    await expect(readScan(file, { maxBytes: 47 })).rejects.toMatchObject({
      remedy: { option: 'maxBytes', needsBytes: 48 },
    })
  })
})

describe('A gzip bomb', () => {
  // A gzip file may be a chain of parts, so a gigabyte of zeros needs no gigabyte to make.
  const part = gzipSync(Buffer.alloc(2 ** 24))
  const gigabyte = Buffer.concat(new Array<Buffer>(64).fill(part))
  const grownBy = async (file: string, cause: RegExp): Promise<number> => {
    const before = process.memoryUsage().rss
    await expectInputError(readScan(file), file, cause)
    return process.memoryUsage().rss - before
  }

  test('of zeros is refused at its header', async () => {
    expect(await grownBy(put('bomb.nii.gz', gigabyte), /not a NIfTI file/)).toBeLessThan(100 * 2 ** 20)
  })

  test('behind a good header is refused once it exceeds what that promises', async () => {
    const file = put('bomb2.nii.gz', Buffer.concat([gzipSync(nifti()), gigabyte]))
    expect(await grownBy(file, /more data than its header promises/)).toBeLessThan(100 * 2 ** 20)
  })

  test('that promises what it holds is refused by the limit on memory', async () => {
    const file = put('bomb3.nii.gz', Buffer.concat([gzipSync(niftiHeader({ dims: [2000, 2000, 1000] })), gigabyte]))
    expect(await grownBy(file, /raise it if this machine has room/)).toBeLessThan(100 * 2 ** 20)
  })
})

describe('A label map is refused when it holds', () => {
  const CASES = [
    ['fractions', { type: 'float32', values: ctValues(24).map((_, i) => i + 0.5) }, /fractions/],
    ['negative values', { values: ctValues(24) }, /negative/],
    [
      'values that are no numbers',
      { type: 'float64', values: [Number.NaN, ...new Array<number>(23).fill(1)] },
      /no numbers/,
    ],
    ['values beyond 32 bits', { type: 'uint64', values: new Array<number>(24).fill(2 ** 40) }, /as large as/],
  ] as const satisfies readonly (readonly [string, NiftiSpec, RegExp])[]
  test.each(CASES.map(([name, spec, cause]) => ({ name, spec, cause })))('$name', async ({ name, spec, cause }) => {
    const file = put(`labels ${name}.nii.gz`, nifti(spec))
    await expectInputError(readLabelMap(file), file, cause)
  })
})

describe('A scan whose values are taken as HU all the same', () => {
  test('lets through what does not look like CT', async () => {
    const shifted = put('mr.nii', nifti({ values: ctValues(24).map((v) => v + 1000) }))
    expect((await readScan(shifted, { forceHu: true })).data[0]).toBe(0)
    const wide = put('wide.nii', nifti({ type: 'float32', values: ctValues(24).map((v) => v * 100) }))
    expect((await readScan(wide, { forceHu: true })).data[0]).toBe(-100000)
  })

  test('does not let through a constant or an empty volume', async () => {
    const constant = put('constant.nii', nifti({ values: new Array<number>(24).fill(7) }))
    await expectInputError(readScan(constant, { forceHu: true }), constant, /same value/)
    const empty = put('nan.nii', nifti({ type: 'float64', values: new Array<number>(24).fill(Number.NaN) }))
    await expectInputError(readScan(empty, { forceHu: true }), empty, /NaN/)
  })
})
