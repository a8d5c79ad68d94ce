import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openItk } from '../../../../src/engine/scanFiles/itkPipelines.js'
import { readScan } from '../../../../src/engine/scanFiles/readScan.js'
import { companionFiles } from '../../../../src/imageio/companionFiles.js'
import type { StoredFiles } from '../../../../src/imageio/memoryFiles.js'
import { applyAffine } from '../../../../src/shared/geometry/affine.js'
import { opensInEditor } from '../../../../src/shared/scanNames.js'
import { shownImage, type ShownImage } from '../../../../src/webview/reader/shownImage.js'
import { ctValues, errorOf, nifti, type NiftiSpec } from '../../../support/niftiFixture.js'
import { tempFolder } from '../../../support/tempFolder.js'
import { TEXT_ZOO } from '../../../support/textImageZoo.js'

const folder = tempFolder()
const LIMIT = 2 ** 30

const NIFTI_ZOO: Readonly<Record<string, NiftiSpec>> = {
  plain: {},
  metre: { units: 1, sform: [1e-3, 0, 0, -0.01, 0, 2e-3, 0, -0.02, 0, 0, 3e-3, -0.03], pixdim: [1e-3, 2e-3, 3e-3] },
  micron: { units: 3, sform: [1e3, 0, 0, -1e4, 0, 2e3, 0, -2e4, 0, 0, 3e3, -3e4], pixdim: [1e3, 2e3, 3e3] },
  offset0: { offset: 0 },
  big: { littleEndian: false },
  two: { version: 2 },
  scaled: { slope: 2, inter: -100, values: ctValues(24).map((value) => value / 2) },
  float: { type: 'float64', values: ctValues(24).map((value) => value + 0.25) },
  unsigned: { type: 'uint16', inter: -1024, values: ctValues(24).map((value) => value + 1024) },
  spacing: { sformCode: 0 },
  qform: { sformCode: 0, qformCode: 1, quaternion: [0.5, 0.5, 0.5], qoffset: [1, 2, 3], qfac: -1 },
  negative: { pixdim: [-1, 2, 3] },
  nan: { type: 'float32', values: [Number.NaN, ...ctValues(24).slice(1)] },
  time: { dims: [4, 3, 2, 2], values: ctValues(48) },
}

/** Without those about values, which say more than the header. */
const headerWarnings = (warnings: readonly string[]): readonly string[] =>
  warnings.filter((warning) => !warning.includes('hold no number'))

type Files = Readonly<Record<string, Buffer>>

const pair = nifti({ magic: 'ni1\0', offset: 0 })
const PAIR = { header: pair.subarray(0, 348), voxels: pair.subarray(352) }

const FILES: readonly (readonly [string, Files])[] = [
  ...TEXT_ZOO.filter(({ name }) => opensInEditor(name)).map(({ name, files }) => [name, files] as const),
  ...Object.entries(NIFTI_ZOO).flatMap(([name, spec]) => [
    [`${name}.nii`, { [`${name}.nii`]: nifti(spec) }] as const,
    [`${name}.nii.gz`, { [`${name}.nii.gz`]: gzipSync(nifti(spec)) }] as const,
  ]),
  ['pair.hdr', { 'pair.hdr': PAIR.header, 'pair.img': PAIR.voxels }],
  ['packed_pair.hdr', { 'packed_pair.hdr': PAIR.header, 'packed_pair.img.gz': gzipSync(PAIR.voxels) }],
]

/** What the page fetches of the files of a folder. */
async function fetched(name: string, files: Files): Promise<StoredFiles> {
  const bytesOf = (each: string): Uint8Array<ArrayBuffer> => Uint8Array.from(files[each])
  const stored = new Map([[name, bytesOf(name)]])
  for (const names of await companionFiles(stored, name)) {
    const there = names.find((each) => each in files)
    if (there !== undefined) stored.set(there, bytesOf(there))
  }
  return stored
}

const shown = (name: string, bytes: Buffer, maxBytes = LIMIT): Promise<ShownImage> =>
  shownImage({ files: new Map([[name, Uint8Array.from(bytes)]]), name, kind: 'scan', maxBytes, timePoint: 0 }, openItk)

describe.each(FILES)('%s', (name, files) => {
  it('has the same value and place under every point in editor and engine, with ITK and without', async () => {
    const own = path.join(folder, name.replace('.', '_'))
    for (const [each, bytes] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(own, each)), { recursive: true })
      writeFileSync(path.join(own, each), bytes)
    }
    const engine = await readScan(path.join(own, name), { timePoint: 0, forceHu: true })
    const order = { files: await fetched(name, files), name, kind: 'scan', maxBytes: LIMIT, timePoint: 0 } as const
    for (const itk of [openItk, null]) {
      const drawn = await shownImage(order, itk)
      expect(drawn.size).toEqual(engine.size)
      expect(drawn.data).toEqual(engine.data)
      // Named by their files, of which the page knows the names alone.
      expect(drawn.facts.warnings.length).toBe(headerWarnings(engine.warnings).length)
      const [nx, ny, nz] = engine.size
      const index = (n: number): fc.Arbitrary<number> => fc.nat(n - 1)
      fc.assert(
        fc.property(index(nx), index(ny), index(nz), (x, y, z) => {
          const [here, there] = [applyAffine(drawn.affine, [x, y, z]), applyAffine(engine.affine, [x, y, z])]
          return here.every((mm, axis) => Math.abs(mm - there[axis]) < 1e-3)
        }),
        { seed: 7, numRuns: 60 },
      )
    }
  })
})

describe('What the editor refuses', () => {
  it.each([
    ['empty.nii', Buffer.alloc(0), /is empty/],
    ['text.nii.gz', Buffer.from('hello '.repeat(200)), /not a NIfTI file/],
    ['cut.nii', nifti().subarray(0, 380), /cut off/],
    ['cut.nii.gz', gzipSync(nifti()).subarray(0, 60), /cut off or damaged/],
    ['more.nii.gz', gzipSync(Buffer.concat([nifti(), Buffer.alloc(1 << 20)])), /more data than its header promises/],
    ['pair.hdr', PAIR.header, /pair.img is missing: put both/],
    ['flat.nii', nifti({ dims: [4, 6, 1] }), /single picture/],
    ['colours.nii', nifti({ code: 128 }), /colours/],
    [
      'cut.mha',
      TEXT_ZOO.find(({ name }) => name === 'plain.mha')?.files['plain.mha'].subarray(0, -9) ?? Buffer.alloc(0),
      /cut off/,
    ],
    [
      'away.nrrd',
      Buffer.from(
        'NRRD0004\ntype: short\ndimension: 3\nsizes: 2 2 2\nencoding: raw\nendian: little\ndata file: x.raw\n',
      ),
      /x\.raw, the data file of away\.nrrd, does not exist.*put both in one folder/,
    ],
  ] as const)('%s', async (name, bytes, cause) => {
    const error = await errorOf(shown(name, bytes))
    expect(error.kind).toBe('input')
    expect(error.message).toMatch(cause)
    expect(error.message).toMatch(/^[^\n]+\.$/)
  })

  it('is also what needs more memory than the setting allows, whatever is packed in it', async () => {
    const huge = gzipSync(nifti({ dims: [900, 900, 600], values: ctValues(24) }))
    await expect(shown('huge.nii.gz', huge, 2 ** 20)).rejects.toMatchObject({ remedy: { option: 'maxBytes' } })
  })
})

it('shows labels as labels, and what is none as it is', async () => {
  const labels = nifti({ type: 'int16', values: Array.from({ length: 24 }, (_, i) => i * 20) })
  const order = { name: 'x.nii', kind: 'labels', maxBytes: LIMIT, timePoint: 0 } as const
  const filesOf = (bytes: Buffer): StoredFiles => new Map([['x.nii', Uint8Array.from(bytes)]])
  const drawn = await shownImage({ ...order, files: filesOf(labels) }, null)
  expect(drawn.data).toBeInstanceOf(Uint16Array)
  const fractions = await shownImage({ ...order, files: filesOf(nifti()) }, null)
  expect(fractions.data).toBeInstanceOf(Int16Array)
})

it('reads each volume of a 4D image, and says what the header says', async () => {
  const bytes = Uint8Array.from(gzipSync(nifti({ dims: [4, 3, 2, 2], values: ctValues(48) })))
  const read = (timePoint: number): Promise<ShownImage> =>
    shownImage(
      { files: new Map([['a.nii.gz', bytes]]), name: 'a.nii.gz', kind: 'scan', maxBytes: LIMIT, timePoint },
      null,
    )
  const [first, second] = [await read(0), await read(1)]
  expect([...first.data, ...second.data]).toEqual(ctValues(48))
  expect(second.facts.timePoints).toBe(2)
  expect(second.facts.headerText).toContain('datatypeCode = ')
  await expect(read(2)).rejects.toThrow('a.nii.gz has 2 time points')
})
