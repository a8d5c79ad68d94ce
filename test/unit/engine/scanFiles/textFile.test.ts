import path from 'node:path'
import { readImageNode, writeImageNode } from '@itk-wasm/image-io'
import { FloatTypes, Image, ImageType, PixelTypes } from 'itk-wasm'
import { deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readHeader } from '../../../../src/engine/scanFiles/readHeader.js'
import { readLabelMap } from '../../../../src/engine/scanFiles/readLabelMap.js'
import { readScan } from '../../../../src/engine/scanFiles/readScan.js'
import { writeLabelMap } from '../../../../src/engine/scanFiles/writeLabelMap.js'
import { ctValues, errorOf, temporaryFolder } from '../../../support/niftiFixture.js'
import { turnedAffine } from '../../../support/orientations.js'

const { folder, put } = temporaryFolder()
const SIZE = [4, 3, 2] as const
const VALUES = ctValues(24)
/** RAS, oblique; the files below hold the same in LPS. */
const AFFINE = turnedAffine([0.8, 1.5, 3], [0.2, -0.1, 0.3], [10, -20, 30])
const LPS = AFFINE.map((v, i) => (i < 8 ? -v : v))
const column = (axis: number): number[] => [LPS[axis], LPS[4 + axis], LPS[8 + axis]]
const int16 = (values: readonly number[]): Uint8Array => new Uint8Array(Int16Array.from(values).buffer)

function nrrd(changes: Readonly<Record<string, string | null>> = {}, data: Uint8Array = int16(VALUES)): Buffer {
  const fields: Record<string, string | null> = {
    type: 'short',
    dimension: '3',
    space: 'left-posterior-superior',
    sizes: SIZE.join(' '),
    'space directions': [0, 1, 2].map((axis) => `(${column(axis).join(',')})`).join(' '),
    kinds: 'domain domain domain',
    endian: 'little',
    encoding: 'raw',
    'space origin': `(${LPS[3]},${LPS[7]},${LPS[11]})`,
    ...changes,
  }
  const lines = Object.entries(fields).flatMap(([key, value]) => (value === null ? [] : [`${key}: ${value}`]))
  return Buffer.concat([Buffer.from(`NRRD0004\n# made for a test\n${lines.join('\n')}\n\n`), data])
}

function metaImage(changes: Readonly<Record<string, string | null>> = {}, data: Uint8Array = int16(VALUES)): Buffer {
  const spacing = [0.8, 1.5, 3]
  const fields: Record<string, string | null> = {
    ObjectType: 'Image',
    NDims: '3',
    BinaryData: 'True',
    BinaryDataByteOrderMSB: 'False',
    CompressedData: 'False',
    TransformMatrix: [0, 1, 2].flatMap((axis) => column(axis).map((v) => v / spacing[axis])).join(' '),
    Offset: `${LPS[3]} ${LPS[7]} ${LPS[11]}`,
    ElementSpacing: spacing.join(' '),
    DimSize: SIZE.join(' '),
    ElementType: 'MET_SHORT',
    ...changes,
    // The format wants it last.
    ElementDataFile: changes.ElementDataFile ?? 'LOCAL',
  }
  const lines = Object.entries(fields).flatMap(([key, value]) => (value === null ? [] : [`${key} = ${value}`]))
  return Buffer.concat([Buffer.from(`${lines.join('\n')}\n`), data])
}

/** Puts header and data into files of their own. */
function detached(name: string, header: Buffer): string {
  put(`${name}.raw`, int16(VALUES))
  return put(name, header)
}

/** The checksum does not fit any more. */
function damaged(packed: Buffer): Buffer {
  packed[packed.length - 1] ^= 1
  return packed
}

const FILES = {
  nrrd: () => put('scan.nrrd', nrrd()),
  nhdr: () => detached('scan.nhdr', nrrd({ 'data file': 'scan.nhdr.raw' }, new Uint8Array(0))),
  mha: () => put('scan.mha', metaImage()),
  mhd: () => detached('scan.mhd', metaImage({ ElementDataFile: 'scan.mhd.raw' }, new Uint8Array(0))),
}

describe('NRRD and MetaImage', () => {
  test.each(Object.entries(FILES))(
    '%s: voxels, their place in RAS, and the label map written for it',
    async (ending, make) => {
      const file = make()
      const scan = await readScan(file)
      expect(scan.data).toEqual(Int16Array.from(VALUES))
      expect(scan.size).toEqual(SIZE)
      scan.affine.forEach((value, i) => {
        expect(value).toBeCloseTo(AFFINE[i], 5)
      })
      expect(scan.geometry.niftiHeader).toBeNull()
      expect(scan.sha256).toMatch(/^[0-9a-f]{64}$/)
      expect(await readHeader(file)).toMatchObject({ size: SIZE, dtype: 'int16', timePoints: 1 })

      const labels = path.join(folder, `${ending}_labels.nii.gz`)
      const values = Uint8Array.from(VALUES, (_, i) => i % 3)
      await writeLabelMap(labels, { data: values, size: scan.size, affine: scan.affine }, scan.geometry, [])
      const back = await readLabelMap(labels)
      expect(back.data).toEqual(values)
      back.affine.forEach((value, i) => {
        expect(value).toBeCloseTo(AFFINE[i], 5)
      })
      // The qform must say the same as the sform, or there would be a warning.
      expect(back.warnings).toEqual([])
    },
  )

  test.each(Object.entries(FILES))('%s: the same as ITK reads', async (_, make) => {
    const file = make()
    const [scan, itk] = [await readScan(file), await readImageNode(file)]
    expect(scan.data).toEqual(itk.data)
    for (const row of [0, 1, 2]) {
      const sign = row < 2 ? -1 : 1
      for (const axis of [0, 1, 2])
        expect(scan.affine[4 * row + axis]).toBeCloseTo(
          sign * Number(itk.direction[3 * row + axis]) * itk.spacing[axis],
          5,
        )
      expect(scan.affine[4 * row + 3]).toBeCloseTo(sign * itk.origin[row], 5)
    }
  })

  const swapped = (): Buffer => Buffer.from(int16(VALUES)).swap16()
  const STORED: readonly (readonly [string, string, () => Uint8Array])[] = [
    ['an NRRD in big endian', 'big.nrrd', () => nrrd({ endian: 'big' }, swapped())],
    ['a packed NRRD', 'packed.nrrd', () => nrrd({ encoding: 'gzip' }, gzipSync(int16(VALUES)))],
    [
      'an NRRD whose data lies at the end',
      'end.nrrd',
      () => nrrd({ 'byte skip': '-1' }, Buffer.concat([Buffer.alloc(77, 1), int16(VALUES)])),
    ],
    [
      'an NRRD with bytes to skip',
      'skip.nrrd',
      () => nrrd({ 'byte skip': '5' }, Buffer.concat([Buffer.alloc(5, 1), int16(VALUES)])),
    ],
    ['a MetaImage in big endian', 'big.mha', () => metaImage({ BinaryDataByteOrderMSB: 'True' }, swapped())],
    [
      'a MetaImage whose data lies at the end',
      'end.mha',
      () => metaImage({ HeaderSize: '-1' }, Buffer.concat([Buffer.alloc(77, 1), int16(VALUES)])),
    ],
  ]
  test.each(STORED)('%s', async (_, name, make) => {
    expect((await readScan(put(name, make()))).data).toEqual(Int16Array.from(VALUES))
  })

  test('an NRRD that does not say where left is comes with a warning', async () => {
    const { affine, warnings } = await readHeader(
      put(
        'nowhere.nrrd',
        nrrd({ space: null, 'space directions': null, 'space origin': null, kinds: null, spacings: '1 2 3' }),
      ),
    )
    expect(affine.map((v) => v + 0)).toEqual([-1, 0, 0, 0, 0, -2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1])
    expect(warnings.join()).toMatch(/check left and right/)
  })

  test.each(['nrrd', 'mha'])('a compressed .%s written by ITK itself', async (ending) => {
    const file = path.join(folder, `itk.${ending}`)
    const image = new Image(new ImageType(3, FloatTypes.Float32, PixelTypes.Scalar, 1))
    image.origin = [1, 2, 3]
    image.spacing = [1, 2, 3]
    image.size = [...SIZE]
    image.data = Float32Array.from(VALUES)
    await writeImageNode(image, file, { useCompression: true })
    const scan = await readScan(file)
    expect(scan.data).toEqual(Int16Array.from(VALUES))
    expect(scan.affine.map((v) => v + 0)).toEqual([-1, 0, 0, -1, 0, -2, 0, -2, 0, 0, 3, 3, 0, 0, 0, 1])
  })

  test('an NRRD that says it is in RAS', async () => {
    const ras = [0, 1, 2].map((axis) => `(${AFFINE[axis]},${AFFINE[4 + axis]},${AFFINE[8 + axis]})`).join(' ')
    for (const space of ['right-anterior-superior', 'RAS']) {
      const { affine } = await readHeader(
        put('ras.nrrd', nrrd({ space, 'space directions': ras, 'space origin': '(10,-20,30)' })),
      )
      affine.forEach((value, i) => {
        expect(value).toBeCloseTo(AFFINE[i], 5)
      })
    }
  })

  test('a 4D NRRD by time point', async () => {
    const directions = `${[0, 1, 2].map((axis) => `(${column(axis).join(',')})`).join(' ')} none`
    const file = put(
      'time.nrrd',
      nrrd(
        { dimension: '4', sizes: '4 3 2 2', 'space directions': directions, kinds: 'domain domain domain list' },
        int16([...VALUES, ...VALUES.map((v) => v - 1)]),
      ),
    )
    const error = await errorOf(readScan(file))
    expect(error.message).toMatch(/2 time points/)
    expect((await readScan(file, { timePoint: 1 })).data).toEqual(Int16Array.from(VALUES, (v) => v - 1))
  })

  const BAD: readonly (readonly [string, string, () => Uint8Array | string, RegExp])[] = [
    ['an NRRD with a wrong first line', 'magic.nrrd', () => 'NRRX0004\ntype: short\n\n', /not an NRRD file/],
    [
      'random bytes as NRRD',
      'noise.nrrd',
      () => Uint8Array.from({ length: 900 }, (_, i) => (i * 77) & 0xff),
      /not an NRRD file/,
    ],
    ['an NRRD without sizes', 'sizes.nrrd', () => nrrd({ sizes: null }), /no "sizes"/],
    ['an NRRD with an axis of 0', 'zero.nrrd', () => nrrd({ sizes: '4 0 2' }), /0 voxels/],
    ['an NRRD with absurd sizes', 'huge.nrrd', () => nrrd({ sizes: '99999 99999 99999' }), /which no scan has/],
    [
      'an NRRD too large for memory',
      'large.nrrd',
      () => nrrd({ sizes: '2000 2000 2000', encoding: 'gzip' }),
      /raise it if this machine has room/,
    ],
    ['an NRRD cut off', 'cut.nrrd', () => nrrd().subarray(0, -10), /cut off/],
    [
      'an NRRD whose gzip data is cut off',
      'cutgz.nrrd',
      () => nrrd({ encoding: 'gzip' }, Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3)),
      /damaged|cut off/,
    ],
    [
      'an NRRD that explodes',
      'bomb.nrrd',
      () => nrrd({ encoding: 'gzip' }, gzipSync(Buffer.alloc(2 ** 27))),
      /more data than its header promises/,
    ],
    ['an NRRD packed otherwise', 'bzip.nrrd', () => nrrd({ encoding: 'bzip2' }), /"bzip2".*raw or gzip/],
    ['an NRRD said to be text that is none', 'text.nrrd', () => nrrd({ encoding: 'ascii' }), /something else/],
    ['an NRRD of few written numbers', 'few.nrrd', () => nrrd({ encoding: 'ascii' }, Buffer.from('1 2 3')), /cut off/],
    [
      'an NRRD of vectors',
      'vector.nrrd',
      () => nrrd({ dimension: '4', sizes: '3 4 3 2', kinds: 'vector domain domain domain' }),
      /vectors/,
    ],
    ['a 2D NRRD', 'flat.nrrd', () => nrrd({ dimension: '2', sizes: '4 6' }), /2D image/],
    ['an NRRD of an unknown type', 'type.nrrd', () => nrrd({ type: 'block' }), /unknown voxel type "block"/],
    [
      'an NRRD that points out of its folder',
      'away.nhdr',
      () => nrrd({ 'data file': '../../etc/passwd' }),
      /must lie beside/,
    ],
    [
      'an NRRD whose data file is missing',
      'lost.nhdr',
      () => nrrd({ 'data file': 'lost.raw' }),
      /lost\.raw.*does not exist/,
    ],
    [
      'an NRRD with flat directions',
      'flatdir.nrrd',
      () => nrrd({ 'space directions': '(1,0,0) (2,0,0) (0,0,3)' }),
      /singular|cannot be read/,
    ],
    ['a MetaImage without NDims', 'ndims.mha', () => metaImage({ NDims: null }), /not a MetaImage/],
    [
      'random bytes as MetaImage',
      'noise.mha',
      () => Uint8Array.from({ length: 900 }, (_, i) => (i * 77) & 0xff),
      /not a MetaImage/,
    ],
    ['a MetaImage with an axis of -1', 'minus.mha', () => metaImage({ DimSize: '4 -1 2' }), /-1 voxels/],
    ['a MetaImage cut off', 'cut.mha', () => metaImage().subarray(0, -10), /cut off/],
    [
      'a MetaImage whose packed data is cut off',
      'cutz.mha',
      () => metaImage({ CompressedData: 'True', CompressedDataSize: '6' }, Uint8Array.of(0x78, 0x9c, 1, 2, 3, 4)),
      /damaged|cut off/,
    ],
    ['a MetaImage of vectors', 'vector.mha', () => metaImage({ ElementNumberOfChannels: '3' }), /vectors/],
    [
      'a MetaImage with spacing 0',
      'spacing.mha',
      () => metaImage({ ElementSpacing: '0 1 1' }),
      /spacing|singular|cannot be read/,
    ],
    [
      'a MetaImage whose list is empty',
      'many.mhd',
      () => metaImage({ ElementDataFile: 'LIST' }, new Uint8Array(0)),
      /names none/,
    ],
    [
      'a MetaImage whose listed file is missing',
      'gone.mhd',
      () => metaImage({ ElementDataFile: 'LIST' }, Buffer.from('a.raw\nb.raw\n')),
      /a\.raw does not exist/,
    ],
    [
      'a MetaImage whose list leads away',
      'led.mhd',
      () => metaImage({ ElementDataFile: 'LIST' }, Buffer.from('../a.raw\n/etc/b.raw\n')),
      /must lie beside/,
    ],
    [
      'a MetaImage of files without end',
      'endless.mhd',
      () => metaImage({ ElementDataFile: 's%d.raw 1 99999999 1' }),
      /which cannot be/,
    ],
    ['a MetaImage packed as a whole', 'whole.mha', () => gzipSync(metaImage()), /packed as a whole.*unpack it first/],
    [
      'a MetaImage whose packed data has one wrong byte',
      'byte.mha',
      () => metaImage({ CompressedData: 'True' }, damaged(deflateSync(int16(VALUES)))),
      /damaged/,
    ],
  ]
  test.each(BAD)('%s is refused with one sentence', async (_, name, make, cause) => {
    const file = put(name, make())
    const error = await errorOf(readScan(file))
    expect(error.kind).toBe('input')
    expect(error.message).toMatch(cause)
    expect(error.message).toMatch(/^[^\n]+\.$/)
    expect(error.message).toContain(folder)
  })
})
