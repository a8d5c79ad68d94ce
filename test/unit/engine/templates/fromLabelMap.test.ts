import { copyFile, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { storedScanPath, templateScanPath } from '../../../../src/shared/node/templateSetPaths.js'
import { parseTemplateSet } from '../../../../src/shared/node/templateSetText.js'
import type { TemplateSet } from '../../../../src/shared/templateSet.js'
import { addTemplate } from '../../../../src/shared/templateSetEdit.js'
import { makeSyntheticCt } from '../../../../src/lab/synthetic/syntheticCt.js'
import { buildBank } from '../../../../src/engine/templates/buildBank.js'
import { unpackPrior } from '../../../../src/shared/node/packedPrior.js'
import { FULL_COVER } from '../../../../src/shared/organPrior.js'
import { templateFromLabelMap, templateFromPoints } from '../../../../src/engine/templates/fromLabelMap.js'
import { resolveTemplates } from '../../../../src/engine/templates/resolveTemplates.js'
import { readStructureNames } from '../../../../src/engine/templates/structureNames.js'
import { readTemplateSet, writeTemplateSet } from '../../../../src/engine/templates/templateSetFile.js'
import { writeLabelMap } from '../../../../src/engine/scanFiles/writeLabelMap.js'
import { writeScan } from '../../../../src/engine/scanFiles/writeScan.js'
import { analyticDenseModel } from '../../../support/analyticModel.js'
import { ORIENTATIONS, orientedAffine } from '../../../support/orientations.js'
import { phantom } from '../../../support/phantom.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()
const at = (name: string): string => path.join(folder, name)
const EMPTY: TemplateSet = { format: 'medlsam-template-set', formatVersion: 1, name: 'test', structures: [], scans: [] }
const SIZE = [40, 38, 30] as const
const AFFINE = orientedAffine(ORIENTATIONS[0], SIZE, [4, 4, 5])
const NAMES = [{ name: 'Lump', labelValue: 3, color: '#aa5500' }]

/** A scan with a bright landmark and a label map with a lump around it. */
async function writePair(stem: string, shift: number): Promise<void> {
  const scan = phantom(SIZE, AFFINE, [shift, 0, 0])
  const labels = Uint8Array.from(scan.data, (hu) => (hu > 600 ? 3 : 0))
  const geometry = { niftiHeader: null, size: SIZE, affine: AFFINE }
  await writeScan(at(`${stem}_ct.nii.gz`), scan)
  await writeLabelMap(at(`${stem}_seg.nii.gz`), { ...scan, data: labels }, geometry, NAMES)
}

/** The same with a lump that ends two voxels (10 mm) higher than it looks. */
async function writeTallPair(stem: string, shift: number): Promise<void> {
  const scan = phantom(SIZE, AFFINE, [shift, 0, 0])
  const slice = SIZE[0] * SIZE[1]
  const labels = Uint8Array.from(scan.data, (_, i) =>
    [0, 1, 2].some((above) => (scan.data[i - above * slice] ?? 0) > 600) ? 3 : 0,
  )
  await writeScan(at(`${stem}_ct.nii.gz`), scan)
  await writeLabelMap(
    at(`${stem}_seg.nii.gz`),
    { ...scan, data: labels },
    { niftiHeader: null, size: SIZE, affine: AFFINE },
    NAMES,
  )
}

async function setOf(file: string, stems: readonly string[]): Promise<TemplateSet> {
  let set = EMPTY
  for (const stem of stems)
    set = addTemplate(
      set,
      await templateFromLabelMap(file, at(`${stem}_ct.nii.gz`), at(`${stem}_seg.nii.gz`), NAMES, 3),
    )
  return set
}

beforeAll(async () => {
  await writePair('a', 0)
  await writePair('b', 10)
  await writePair('c', -10)
})

describe('structure names', () => {
  it('come from JSON with or without the outer "labels", from nnU-Net\'s dataset.json, and from a dseg.tsv', async () => {
    await writeFile(at('n1.json'), '{"labels": {"2": "Heart", "1": "Lung", "0": "background"}}')
    await writeFile(at('n2.json'), '{"2": "Heart", "1": "Lung"}')
    await writeFile(at('n3.tsv'), 'index\tname\tcolor\n1\tLung\t#123456\n2\tHeart\tnonsense\n')
    await writeFile(at('dataset.json'), '{"labels": {"background": 0, "Lung": 1, "Heart": 2}}')
    const expected = [
      { name: 'Lung', labelValue: 1 },
      { name: 'Heart', labelValue: 2 },
    ]
    for (const file of ['n1.json', 'n2.json', 'n3.tsv', 'dataset.json']) {
      expect((await readStructureNames(at(file))).map(({ name, labelValue }) => ({ name, labelValue }))).toEqual(
        expected,
      )
    }
    expect((await readStructureNames(at('n3.tsv')))[0].color).toBe('#123456')
  })

  it.each([
    ['bad.json', 'nonsense'],
    ['bad2.json', '{"labels": {"x": "y"}}'],
    ['bad.tsv', 'a\tb\n1\t2'],
  ])('are refused in %s with the file named', async (file, text) => {
    await writeFile(at(file), text)
    await expect(readStructureNames(at(file))).rejects.toMatchObject({
      kind: 'template',
      message: expect.stringContaining(file),
    })
  })
})

describe('template sets', () => {
  it('take points from a label map, on voxel faces, with parts and connectedness', async () => {
    const { scan, structures } = await templateFromLabelMap(
      at('s.json'),
      at('a_ct.nii.gz'),
      at('a_seg.nii.gz'),
      NAMES,
      3,
    )
    expect(structures).toEqual(NAMES)
    const lump = scan.structures['Lump']
    expect(lump.onePiece).toBe(true)
    expect(lump.parts).toHaveLength(3)
    expect(unpackPrior(lump.appearance ?? '')?.cover.some((value) => value === FULL_COVER)).toBe(true)
    // Faces of voxels of 4 x 4 x 5 mm around the origin, patient right at the larger x.
    expect(lump.points.right[0]).toBeGreaterThan(lump.points.left[0])
    expect(lump.points.right[0]).toBeCloseTo(-lump.points.left[0], 3)
    expect(lump.points.superior[2]).toBeGreaterThan(lump.points.inferior[2])
  })

  it('refuse a label map of another shape or place, naming both files', async () => {
    const synthetic = makeSyntheticCt({ seed: 1, lengthMm: 60 })
    await writeLabelMap(
      at('other.nii.gz'),
      synthetic.labels,
      { niftiHeader: null, size: synthetic.labels.size, affine: synthetic.labels.affine },
      NAMES,
    )
    await expect(
      templateFromLabelMap(at('s.json'), at('a_ct.nii.gz'), at('other.nii.gz'), NAMES, 0),
    ).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringMatching(/other\.nii\.gz.*a_ct\.nii\.gz/),
    })
    const moved = orientedAffine(ORIENTATIONS[0], SIZE, [4, 4, 5], [30, 0, 0])
    await writeLabelMap(
      at('moved.nii.gz'),
      { data: new Uint8Array(SIZE[0] * SIZE[1] * SIZE[2]).fill(1), size: SIZE, affine: moved },
      { niftiHeader: null, size: SIZE, affine: moved },
      NAMES,
    )
    await expect(
      templateFromLabelMap(at('s.json'), at('a_ct.nii.gz'), at('moved.nii.gz'), NAMES, 0),
    ).rejects.toMatchObject({ kind: 'input' })
  })

  it('take points given by hand', async () => {
    const points = {
      left: [1, 2, 3],
      right: [4, 5, 6],
      anterior: [1, 1, 1],
      posterior: [0, 0, 0],
      superior: [9, 9, 9],
      inferior: [8, 8, 8],
    }
    await writeFile(at('points.json'), JSON.stringify({ Node: points }))
    const { scan, structures } = await templateFromPoints(at('s.json'), at('a_ct.nii.gz'), at('points.json'), [])
    expect(structures[0]).toMatchObject({ name: 'Node', labelValue: 1 })
    expect(scan.structures['Node'].points).toEqual(points)
    await writeFile(at('points.json'), JSON.stringify({ Node: { left: [1, 2] } }))
    await expect(templateFromPoints(at('s.json'), at('a_ct.nii.gz'), at('points.json'), [])).rejects.toMatchObject({
      kind: 'template',
    })
  })

  it('keep names, values and the order of scans when scans are added, also one that is there', async () => {
    const set = await setOf(at('s.json'), ['b', 'a', 'b'])
    expect(set.scans.map((scan) => scan.id)).toEqual(['b_ct', 'a_ct'])
    expect(set.structures).toEqual(NAMES)
    const clash = addTemplate(set, {
      scan: { ...set.scans[0], path: 'elsewhere/b_ct.nii.gz' },
      structures: [{ name: 'New', labelValue: 3, color: '#000000' }],
    })
    expect(clash.structures.map((structure) => structure.labelValue)).toEqual([3, 4])
    expect(clash.scans.map((scan) => scan.id)).toEqual(['b_ct', 'a_ct', 'b_ct-2'])
  })

  it('keep what they know of a scan that is added again: other structures, parts and appearance of equal points, and whether it is in use', async () => {
    const made = await setOf(at('s.json'), ['a'])
    const known = made.scans[0]
    const lump = known.structures['Lump']
    const set: TemplateSet = { ...made, scans: [{ ...known, enabled: false }] }
    const again = (points: typeof lump.points, sha256 = known.sha256): TemplateSet => {
      const { parts, appearance, ...marked } = { ...lump, points }
      expect([parts, appearance].every((kept) => kept !== undefined)).toBe(true)
      return addTemplate(set, {
        scan: {
          ...known,
          id: 'other',
          sha256,
          markups: 'a_ct.mrk.json',
          structures: { Lump: marked, Node: { points } },
        },
        structures: [...NAMES, { name: 'Node', labelValue: 1, color: '#000000' }],
      })
    }
    const nearly = {
      ...lump.points,
      left: [lump.points.left[0] + 1e-6, lump.points.left[1], lump.points.left[2]],
    } as const
    expect(again(nearly).scans).toEqual([
      { ...known, enabled: false, markups: 'a_ct.mrk.json', structures: { Lump: lump, Node: { points: nearly } } },
    ])
    const moved = { ...lump.points, left: [-99, 0, 0] } as const
    expect(again(moved).scans[0].structures['Lump']).toEqual({ points: moved, onePiece: true })
    const only = addTemplate(set, {
      scan: { ...known, structures: { Node: { points: moved } } },
      structures: [{ name: 'Node', labelValue: 1, color: '#000000' }],
    })
    expect(only.scans[0].structures).toEqual({ Lump: lump, Node: { points: moved } })
    const changed = addTemplate(set, {
      scan: { ...known, sha256: 'f'.repeat(64), structures: { Node: { points: moved } } },
      structures: [],
    })
    expect(changed.scans).toEqual([
      { ...known, sha256: 'f'.repeat(64), enabled: false, structures: { Node: { points: moved } } },
    ])
  })

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

  it.each([
    ['no JSON', 'hello', /not JSON/],
    ['another schema', '{"format": "x"}', /not valid/],
    [
      'points of an unknown structure',
      JSON.stringify({
        ...EMPTY,
        scans: [
          {
            id: 'a',
            path: 'a',
            sha256: '0'.repeat(64),
            structures: {
              X: {
                points: {
                  left: [0, 0, 0],
                  right: [0, 0, 0],
                  anterior: [0, 0, 0],
                  posterior: [0, 0, 0],
                  superior: [0, 0, 0],
                  inferior: [0, 0, 0],
                },
              },
            },
          },
        ],
      }),
      /"X"/,
    ],
    [
      'a label value used twice',
      JSON.stringify({
        ...EMPTY,
        structures: [
          { name: 'A', labelValue: 1, color: '#000000' },
          { name: 'B', labelValue: 1, color: '#000000' },
        ],
      }),
      /twice/,
    ],
  ])('are refused with one sentence: %s', (_, text, message) => {
    expect(() => parseTemplateSet(text, 'set.json')).toThrow(message)
    expect(() => parseTemplateSet(text, 'set.json')).toThrow(/set\.json/)
  })
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
      0,
    )
    const set = addTemplate(EMPTY, { scan, structures: found })
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
      message: expect.stringContaining('bank build'),
    })
    await expect(resolveTemplates(model, 'no-such-bank', sources)).rejects.toMatchObject({
      kind: 'template',
      message: expect.stringContaining('no-such-bank'),
    })
  })
})
