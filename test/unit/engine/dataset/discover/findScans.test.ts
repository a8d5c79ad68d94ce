import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { findScans, type FindOptions } from '../../../../../src/engine/dataset/discover/findScans.js'
import { placeScans } from '../../../../../src/engine/dataset/place/outputTree.js'
import { writeLabelMap } from '../../../../../src/engine/scanFiles/writeLabelMap.js'
import { writeNifti } from '../../../../../src/engine/scanFiles/writeNifti.js'
import { PATIENT, sliceAt, writeSlices } from '../../../../support/dicomFixture.js'
import { tempFolder } from '../../../../support/tempFolder.js'
import { writeTinyScan } from '../../../../support/tinyModels.js'

// The tests may run as root, whom no folder is closed to.
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const readdir = (folder: string, ...more: never[]): unknown =>
    path.basename(folder) === 'lost+found'
      ? Promise.reject(Object.assign(new Error(`EACCES: permission denied, scandir '${folder}'`), { code: 'EACCES' }))
      : real.readdir(folder, ...more)
  return { ...real, readdir }
})

const folder = tempFolder()
const at = (name: string): string => path.join(folder, name)

/** Puts files of these names, which need not be real scans, into a folder. */
function tree(name: string, files: readonly string[], texts: Readonly<Record<string, object>> = {}): string {
  for (const file of [...files, ...Object.keys(texts)]) {
    mkdirSync(path.dirname(at(`${name}/${file}`)), { recursive: true })
    writeFileSync(at(`${name}/${file}`), file in texts ? JSON.stringify(texts[file]) : 'x')
  }
  return at(name)
}

async function found(root: string, options: FindOptions = {}): Promise<string[]> {
  return (await findScans(root, options)).scans.map(({ path: scan }) => scan)
}

async function left(root: string, options: FindOptions = {}): Promise<Record<string, string>> {
  return Object.fromEntries((await findScans(root, options)).skipped.map(({ path: scan, reason }) => [scan, reason]))
}

describe('files that are not there', () => {
  it('are named: links that lead nowhere, and stand-ins of git-annex', async () => {
    const root = tree('annex', ['a.nii.gz'])
    symlinkSync('../.git/annex/objects/b.nii.gz', at('annex/b.nii.gz'))
    symlinkSync('nowhere', at('annex/notes.txt'))
    writeFileSync(at('annex/c.nii.gz'), '/annex/objects/MD5E-s1--c.nii.gz\n')
    expect(await found(root)).toEqual(['a.nii.gz'])
    expect(await left(root)).toEqual({ 'b.nii.gz': 'notFetched', 'c.nii.gz': 'notFetched' })
  })

  it('count for the channels beside them, and dataset.json may begin with a byte order mark', async () => {
    const root = tree('marked', ['imagesTr/c_0000.nii.gz', 'imagesTr/c_0001.nii.gz'])
    writeFileSync(at('marked/dataset.json'), `\uFEFF${JSON.stringify({ channel_names: { 0: 'PET', 1: 'CT' } })}`)
    expect(await found(root)).toEqual(['imagesTr/c_0001.nii.gz'])
  })
})

describe('values beat names', () => {
  const write = async (name: string, values: (i: number) => number): Promise<void> => {
    mkdirSync(path.dirname(at(name)), { recursive: true })
    const data = Int16Array.from({ length: 24 }, (_, i) => values(i))
    const affine = [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1] as const
    await writeNifti(at(name), data, { niftiHeader: null, size: [4, 3, 2], affine }, 'scan')
  }
  const ct = (i: number): number => (i % 2 === 0 ? -1000 : 40 + i)
  const labels = (i: number): number => i % 3

  it('where a CT has the name of a label map', async () => {
    for (const name of ['SEG_003', 'case_seg1', 'CT.mask']) await write(`named/${name}.nii.gz`, ct)
    await write('named/real_seg.nii.gz', labels)
    expect(await found(at('named'))).toEqual(['CT.mask.nii.gz', 'SEG_003.nii.gz', 'case_seg1.nii.gz'])
    expect(await found(at('named'), { exclude: ['SEG*'] })).toEqual(['CT.mask.nii.gz', 'case_seg1.nii.gz'])
    expect(await left(at('named'))).toEqual({ 'real_seg.nii.gz': 'labelMap' })
  })

  it.each(['CBCT', 'CT_portal', 'whatever', 'noNormalization'])('where the one channel is called %s', async (name) => {
    const root = `channel-${name}`
    await write(`${root}/imagesTr/c1_0000.nii.gz`, ct)
    tree(root, [], { 'dataset.json': { channel_names: { 0: name } } })
    expect(await found(at(root))).toEqual(['imagesTr/c1_0000.nii.gz'])
  })

  it('and where they do not tell, the user can', async () => {
    await write('mr/imagesTr/c1_0000.nii.gz', (i) => 100 * i)
    tree('mr', [], { 'dataset.json': { channel_names: { 0: 'T1w' } } })
    expect(await found(at('mr'))).toEqual([])
    expect(await found(at('mr'), { forceHu: true })).toEqual(['imagesTr/c1_0000.nii.gz'])
  })
})

describe('scans in plain folders', () => {
  it('are found at any depth, in the order of their paths, whatever the format', async () => {
    const root = tree('plain', [
      'b.nii',
      'a/z.nii.gz',
      'a/B/c.nrrd',
      'a/d.mha',
      'a/e.mhd',
      'a/e.raw',
      'f.hdr',
      'f.img',
      'notes.txt',
    ])
    expect(await found(root)).toEqual(['a/B/c.nrrd', 'a/d.mha', 'a/e.mhd', 'a/z.nii.gz', 'b.nii', 'f.hdr'])
  })

  it('are not label maps by name, by folder or by header, hidden files, or results', async () => {
    const root = tree('labels', [
      'p_ct.nii.gz',
      'p_seg.nii.gz',
      'p_ct_dseg.nii.gz',
      'label-2.nii',
      'segmentations/liver.nii.gz',
      'labelsTr/p.nii.gz',
      'masks/p.nii',
      '.hidden/q.nii',
      '._p.nii.gz',
    ])
    const geometry = {
      niftiHeader: null,
      size: [2, 2, 2],
      affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    } as const
    await writeLabelMap(at('labels/liver.nii.gz'), { ...geometry, data: new Uint8Array(8) }, geometry, [
      { labelValue: 300 },
    ])
    expect(await found(root)).toEqual(['p_ct.nii.gz'])
    expect(await left(root)).toEqual({
      'label-2.nii': 'labelMap',
      'liver.nii.gz': 'labelMap',
      'p_ct_dseg.nii.gz': 'labelMap',
      'p_seg.nii.gz': 'labelMap',
    })
  })

  it('are not label maps by their values, whatever type these are stored in', async () => {
    const root = tree('values', [])
    mkdirSync(root)
    const geometry = {
      niftiHeader: null,
      size: [40, 40, 40],
      affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    } as const
    const labels = new Int16Array(40 ** 3)
    labels[63_999] = 12
    for (const name of ['GT.nii.gz', 'truth.nii']) await writeNifti(path.join(root, name), labels, geometry, 'scan')
    await writeNifti(path.join(root, 'floats.nii'), Float32Array.from(labels), geometry, 'scan')
    const ct = labels.slice()
    ct[63_998] = -1000
    await writeNifti(path.join(root, 'padded.nii.gz'), ct, geometry, 'scan')
    await writeNifti(
      path.join(root, 'parts.nii.gz'),
      Float32Array.from(labels, (value) => value / 7),
      geometry,
      'scan',
    )
    expect(await found(root)).toEqual(['padded.nii.gz', 'parts.nii.gz'])
    expect(await found(root, { forceHu: true })).toHaveLength(5)
    // What is cut off is tried, so that the run says so.
    writeFileSync(path.join(root, 'truth.nii'), readFileSync(path.join(root, 'truth.nii')).subarray(0, 60_000))
    expect(await found(root)).toContain('truth.nii')
  })

  it('are not looked for in folders that cannot be opened, which are named', async () => {
    const root = tree('closed', ['a.nii', 'lost+found/b.nii'])
    expect(await found(root)).toEqual(['a.nii'])
    expect(await left(root)).toEqual({ 'lost+found': 'cannotOpen' })
    await expect(findScans(path.join(root, 'lost+found'))).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringContaining('cannot be opened'),
    })
  })

  it('are chosen by globs; one without a slash means the name', async () => {
    const root = tree('globs', ['a/x_ct.nii', 'a/y_pet.nii', 'b/x_ct.nii', 'b/old/x_ct.nii'])
    expect(await found(root, { include: ['*_ct.nii'] })).toEqual(['a/x_ct.nii', 'b/old/x_ct.nii', 'b/x_ct.nii'])
    expect(await found(root, { include: ['b/**'], exclude: ['**/old/**'] })).toEqual(['b/x_ct.nii'])
    expect(await left(root, { include: ['a/*'], exclude: ['y*'] })).toMatchObject({ 'a/y_pet.nii': 'excluded' })
  })

  it('are not looked for in the folder of results, nor twice along links in circles', async () => {
    const root = tree('links', ['a/x.nii', 'out/a/y.nii'])
    symlinkSync(root, path.join(root, 'a/again'))
    symlinkSync(path.join(root, 'nowhere'), path.join(root, 'broken.nii'))
    symlinkSync(path.join(root, 'a/x.nii'), path.join(root, 'linked.nii'))
    expect(await found(root, { except: path.join(root, 'out') })).toEqual(['a/x.nii', 'linked.nii'])
  })

  it('cannot be found in a folder that is missing or a file', async () => {
    await expect(findScans(at('missing'))).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringContaining('missing'),
    })
    await expect(findScans(path.join(tree('file', ['x.nii']), 'x.nii'))).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringContaining('name a folder of scans'),
      remedy: { option: 'singleScan' },
    })
  })
})

describe('scans in datasets', () => {
  const nnunet = [
    'imagesTr/case_01_0000.nii.gz',
    'imagesTr/case_02_0000.nii.gz',
    'imagesTs/case_03_0000.nii.gz',
    'labelsTr/case_01.nii.gz',
    'other/x.nii.gz',
  ]

  it('of nnU-Net are the images of both parts', async () => {
    const root = tree('nnunet', nnunet, { 'dataset.json': { channel_names: { 0: 'CT' }, labels: { background: 0 } } })
    expect((await findScans(root)).scans).toEqual(
      ['imagesTr/case_01_0000.nii.gz', 'imagesTr/case_02_0000.nii.gz', 'imagesTs/case_03_0000.nii.gz'].map((scan) => ({
        path: scan,
        layout: 'nnunet',
      })),
    )
    expect(await found(path.join(root, 'imagesTr'))).toEqual(['case_01_0000.nii.gz', 'case_02_0000.nii.gz'])
  })

  it('of nnU-Net with several channels are the CT channel only', async () => {
    const root = tree('channels', ['imagesTr/a_0000.nii.gz', 'imagesTr/a_0001.nii.gz'], {
      'dataset.json': { channel_names: { 0: 'PET', 1: 'CT' } },
    })
    expect(await found(root)).toEqual(['imagesTr/a_0001.nii.gz'])
    expect(await left(root)).toEqual({ 'imagesTr/a_0000.nii.gz': 'otherChannel' })
  })

  it('of the Medical Segmentation Decathlon are the images, also where four digits number the cases', async () => {
    const root = tree(
      'msd',
      ['imagesTr/liver_0.nii.gz', 'imagesTr/liver_0012.nii.gz', 'imagesTr/._liver_0.nii.gz', 'labelsTr/liver_0.nii.gz'],
      { 'dataset.json': { modality: { 0: 'CT' }, tensorImageSize: '3D' } },
    )
    expect((await findScans(root)).scans).toEqual(
      ['imagesTr/liver_0.nii.gz', 'imagesTr/liver_0012.nii.gz'].map((scan) => ({ path: scan, layout: 'msd' })),
    )
    const mr = tree('msd-mr', ['imagesTr/BRATS_001.nii.gz'], { 'dataset.json': { modality: { 0: 'FLAIR', 1: 'T1w' } } })
    expect(await left(mr)).toEqual({ 'imagesTr/BRATS_001.nii.gz': 'notCt' })
  })

  it('of BIDS are files with the suffix ct; derivatives and source data are not entered', async () => {
    const root = tree(
      'bids',
      [
        'sub-01/ct/sub-01_ct.nii.gz',
        'sub-01/anat/sub-01_T1w.nii.gz',
        'sub-02/ses-a/ct/sub-02_ses-a_acq-thin_ct.nii.gz',
        'sourcedata/x.nii.gz',
        'derivatives/other/sub-01/ct/sub-01_desc-x_ct.nii.gz',
      ],
      { 'dataset_description.json': { Name: 'x', BIDSVersion: '1.10.0' } },
    )
    expect(await found(root)).toEqual(['sub-01/ct/sub-01_ct.nii.gz', 'sub-02/ses-a/ct/sub-02_ses-a_acq-thin_ct.nii.gz'])
    expect(await left(root)).toEqual({ 'sub-01/anat/sub-01_T1w.nii.gz': 'notCt' })
    const { scans } = placeScans((await findScans(root)).scans, { folder: root, bids: true })
    expect(scans.map(({ labelMapPath }) => path.relative(root, labelMapPath))).toEqual([
      'derivatives/medlsam/sub-01/ct/sub-01_dseg.nii.gz',
      'derivatives/medlsam/sub-02/ses-a/ct/sub-02_ses-a_acq-thin_dseg.nii.gz',
    ])
  })

  it('are not those of a dataset that was derived from another one', async () => {
    const root = tree('derived', ['x.nii', 'result/sub-01/ct/sub-01_ct.nii'], {
      'result/dataset_description.json': { Name: 'x', BIDSVersion: '1.10.0', DatasetType: 'derivative' },
    })
    expect(await found(root)).toEqual(['x.nii'])
  })
})

describe('outputs', () => {
  beforeAll(() => writeTinyScan(at('same/p.nii.gz'), 1))

  it('never have two scans: the second is left out and named', async () => {
    const root = tree('same', ['p.nrrd', 'P.mha'])
    const { scans, skipped } = placeScans((await findScans(root)).scans, { folder: root })
    expect(scans.map(({ path: scan }) => scan)).toEqual(['P.mha'])
    expect(skipped).toEqual(['p.nii.gz', 'p.nrrd'].map((scan) => ({ path: scan, reason: 'sameOutput' })))
  })

  it('in BIDS get a subject made of the path where the scans are not in BIDS', () => {
    const { scans } = placeScans(
      [
        { path: 'site 1/pat_007/thin-slice_ct.nii.gz', layout: 'plain' },
        { path: 'imagesTr/case_01_0000.nii.gz', layout: 'nnunet' },
      ],
      { folder: '/data', out: '/out', bids: true },
    )
    expect(scans.map(({ output }) => output)).toEqual([
      'sub-site1pat007thinslice/ct/sub-site1pat007thinslice_dseg.nii.gz',
      'sub-imagesTrcase01/ct/sub-imagesTrcase01_dseg.nii.gz',
    ])
  })

  it('in BIDS get a subject of their own also where their names have letters that BIDS does not allow', () => {
    const names = ['患者一/扫描.nii.gz', '患者二/扫描.nii.gz', 'Müller/ct.nii.gz', 'ab/c.nii.gz', 'a/bc.nii.gz']
    const { scans, skipped } = placeScans(
      names.map((name) => ({ path: name, layout: 'plain' as const })),
      { folder: '/data', out: '/out', bids: true },
    )
    expect(skipped).toEqual([])
    const outputs = scans.map(({ output }) => output)
    expect(new Set(outputs).size).toBe(5)
    for (const output of outputs) expect(output).toMatch(/^sub-([A-Za-z0-9]+)\/ct\/sub-\1_dseg\.nii\.gz$/)
    expect(outputs[0]).toMatch(/^sub-[0-9a-f]{8}\//)
    expect(outputs.slice(3)).toEqual(['sub-abc/ct/sub-abc_dseg.nii.gz', expect.stringMatching(/^sub-abc[0-9a-f]{8}\//)])
    // Whatever else is there.
    expect(
      placeScans([{ path: names[1], layout: 'plain' }], { folder: '/data', out: '/out', bids: true }).scans[0].output,
    ).toBe(outputs[1])
  })
})

describe('Folders of DICOM slices', () => {
  it('are scans called like the folder, one for each CT series', async () => {
    const root = at('dicom-runs')
    const slices = (seriesUid: string, modality = 'CT') => [0, 1].map((z) => sliceAt(z, { seriesUid, modality }))
    writeSlices(path.join(root, 'a/thorax'), slices('1.2.1'))
    writeSlices(path.join(root, 'b'), [...slices('1.2.2'), ...slices('1.2.3')])
    writeSlices(path.join(root, 'mr'), slices('1.2.4', 'MR'))
    const { scans, skipped } = await findScans(root)
    expect(scans.map(({ path: scan }) => scan)).toEqual(['a/thorax', 'b_series1', 'b_series2'])
    expect(skipped).toEqual([{ path: 'mr', reason: 'notCt' }])
    const placed = placeScans(scans, { folder: root }).scans
    expect(placed.map(({ output }) => output)).toEqual([
      'a/thorax_dseg.nii.gz',
      'b_series1_dseg.nii.gz',
      'b_series2_dseg.nii.gz',
    ])
    expect(placed.map(({ scanPath }) => path.relative(root, scanPath))).toEqual(['a/thorax', 'b/IM0', 'b/IM2'])
    for (const secret of Object.values(PATIENT)) expect(JSON.stringify({ scans, skipped })).not.toContain(secret)
  })

  it('can be excluded, and are left out where results would lie among them', async () => {
    const root = at('dicom-top')
    writeSlices(
      root,
      [0, 1].map((z) => sliceAt(z)),
    )
    writeSlices(
      path.join(root, 'below'),
      [0, 1].map((z) => sliceAt(z, { seriesUid: '1.2.5' })),
    )
    expect(await found(root)).toEqual(['below'])
    expect(await left(root, { exclude: ['below'] })).toEqual({ '.': 'ownSlices', below: 'excluded' })
  })
})
