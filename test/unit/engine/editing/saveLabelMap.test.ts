import { readFileSync, utimesSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { deflateSync, gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { EditedLabelMaps } from '../../../../src/engine/editing/editedLabelMap.js'
import { saveLabelMap } from '../../../../src/engine/editing/saveLabelMap.js'
import { untouchedSidecar } from '../../../../src/engine/pipeline/keptStructures.js'
import { outputPaths } from '../../../../src/engine/pipeline/outputPaths.js'
import { readLabelMap } from '../../../../src/engine/scanFiles/readLabelMap.js'
import type { SaveLabelMapRequest } from '../../../../src/protocol/editedLabels.js'
import { DRAWN, FOUND, type EditedStructure } from '../../../../src/shared/labelEdit/editedStructure.js'
import { editSidecarSchema } from '../../../../src/shared/labelEdit/editSidecar.js'
import { headerNames } from '../../../../src/shared/labelNames/headerNames.js'
import { packRuns } from '../../../../src/shared/node/packedRuns.js'
import { DEFAULT_RUN_OPTIONS } from '../../../../src/shared/requests.js'
import type { Sidecar } from '../../../../src/shared/sidecar.js'
import { fileStamp } from '../../../../src/shared/node/wholeFiles.js'
import { errorOf, nifti, temporaryFolder, type NiftiSpec } from '../../../support/niftiFixture.js'

const { folder, put } = temporaryFolder()
/** A scan with a geometry that text would round. */
const GEOMETRY: NiftiSpec = { sform: [-0.7, 0.01, 0, 91.3, 0, 0.7, 0, -88.1, 0, 0, 3.3, 12.7], qformCode: 1 }
const values = Array.from({ length: 24 }, (_, at) => (at < 4 ? 1 : 0))
const liver: EditedStructure = { name: 'Liver', labelValue: 1, color: '#aa0000', isLocked: false, origin: FOUND }
const cyst: EditedStructure = {
  name: 'Zyste, groß',
  labelValue: 2,
  color: '#00ff7f',
  isLocked: false,
  origin: { ...DRAWN, voxelsByTool: { brush: 3 } },
}
const structures = [liver, cyst]
const draw = packRuns(Int32Array.of(10, 3, 0, 2))
const drawn = values.map((value, at) => (at >= 10 && at < 13 ? 2 : value))

/** A request to save a label map; null for one that is new. */
async function request(name: string, base: string | null): Promise<SaveLabelMapRequest> {
  const scanPath = put(`${name}_ct.nii.gz`, nifti(GEOMETRY))
  const baseStamp = base === null ? null : await fileStamp(base)
  const labels = { scanPath, basePath: base, baseStamp, session: name, firstEdit: 0, edits: [draw] }
  return { labels, out: base ?? path.join(folder, `${name}_ct_dseg.nii.gz`), structures }
}

async function valuesIn(file: string): Promise<number[]> {
  return [...(await readLabelMap(file)).data]
}

describe('a label map that is saved', () => {
  it('has the geometry of its scan bit for bit when it is new, with names and a sidecar, and again when it is saved again', async () => {
    const maps = new EditedLabelMaps()
    const first = await request('new', null)
    const { stamp } = await saveLabelMap(maps, first)
    expect(await valuesIn(first.out)).toEqual(drawn.map((value) => (value === 1 ? 0 : value)))
    const [scan, saved] = [first.labels.scanPath, first.out].map((file) => gunzipSync(readFileSync(file)))
    expect(saved.subarray(76, 108)).toEqual(scan.subarray(76, 108))
    expect(saved.subarray(252, 328)).toEqual(scan.subarray(252, 328))
    expect(await readFile(path.join(folder, 'new_ct_dseg.tsv'), 'utf8')).toBe(
      'index\tname\tcolor\n1\tLiver\t#aa0000\n2\tZyste, groß\t#00ff7f\n',
    )
    const sidecar = editSidecarSchema.parse(JSON.parse(await readFile(path.join(folder, 'new_ct_dseg.json'), 'utf8')))
    expect(sidecar.structures[1]).toMatchObject({ name: 'Zyste, groß', origin: cyst.origin })
    expect(sidecar.structures[1].volumeMl).toBeCloseTo((3 * 0.7 * 0.7 * 3.3) / 1000, 6)

    const more = packRuns(Int32Array.of(0, 1, 0, 2))
    const labels = { ...first.labels, basePath: first.out, baseStamp: stamp, edits: [more] }
    await saveLabelMap(maps, { ...first, labels })
    const again = gunzipSync(readFileSync(first.out))
    expect(again.subarray(0, 352)).toEqual(saved.subarray(0, 352))
    expect((await valuesIn(first.out))[0]).toBe(2)
  })

  it('can be a copy, after which the one that is edited has as many unsaved edits as before', async () => {
    const maps = new EditedLabelMaps()
    const first = await request('copied', null)
    const copy = path.join(folder, 'elsewhere_ct_dseg.nii.gz')
    await saveLabelMap(maps, { ...first, out: copy, isCopy: true })
    expect(await valuesIn(copy)).toEqual(drawn.map((value) => (value === 1 ? 0 : value)))
    const next = { ...first.labels, firstEdit: 1, edits: [packRuns(Int32Array.of(0, 1, 0, 2))] }
    await saveLabelMap(maps, { ...first, labels: next })
    expect(await valuesIn(first.out)).toEqual((await valuesIn(copy)).map((value, at) => (at === 0 ? 2 : value)))
    await expect(saveLabelMap(maps, { ...first, labels: next, out: copy, isCopy: true })).rejects.toMatchObject({
      remedy: { option: 'force' },
    })
  })

  it('keeps header, extension and number format of another program', async () => {
    const extension = Buffer.alloc(32, 'x')
    extension.writeInt32LE(32, 0)
    const bytes = nifti({ ...GEOMETRY, type: 'int16', littleEndian: false, offset: 384, values })
    const file = put('other_ct_dseg.nii', Buffer.concat([bytes.subarray(0, 352), extension, bytes.subarray(352)]))
    const before = readFileSync(file)
    await saveLabelMap(new EditedLabelMaps(), await request('other', file))
    const after = readFileSync(file)
    expect(after.subarray(0, 384)).toEqual(before.subarray(0, 384))
    expect(await valuesIn(file)).toEqual(drawn)
  })

  it('gets a wider number format where a label needs it, and no scaling', async () => {
    const file = put(
      'wide_ct_dseg.nii.gz',
      nifti({ type: 'uint8', slope: 2, values: values.map((value) => value * 2) }),
    )
    const wide = await request('wide', file)
    const edits = [packRuns(Int32Array.of(10, 1, 0, 300))]
    await saveLabelMap(new EditedLabelMaps(), { ...wide, labels: { ...wide.labels, edits } })
    expect(await valuesIn(file)).toEqual(values.map((value, at) => (at === 10 ? 300 : value * 4)))
  })

  it('stays a segmentation of 3D Slicer, with its other fields', async () => {
    const header = [
      'NRRD0004',
      'type: unsigned char',
      'dimension: 3',
      'space: left-posterior-superior',
      'sizes: 4 3 2',
      'space directions: (0.7,0,0) (0,0.7,0) (0,0,3.3)',
      'kinds: domain domain domain',
      'encoding: gzip',
      'space origin: (-91.3,88.1,12.7)',
      'Segment0_Color:=0.666667 0 0',
      'Segment0_Extent:=0 3 0 0 0 0',
      'Segment0_ID:=liver_1',
      'Segment0_LabelValue:=1',
      'Segment0_Layer:=0',
      'Segment0_Name:=Leber',
      'Segment0_Tags:=TerminologyEntry:Liver|',
      'Segment1_ID:=gone',
      'Segment1_LabelValue:=7',
      'Segment1_Name:=Gone',
      'Segmentation_MasterRepresentation:=Binary labelmap',
      '',
      '',
    ].join('\n')
    const file = put('slicer_ct.seg.nrrd', Buffer.concat([Buffer.from(header), gzipSync(Uint8Array.from(values))]))
    await saveLabelMap(new EditedLabelMaps(), await request('slicer', file))
    expect(await valuesIn(file)).toEqual(drawn)
    const bytes = await readFile(file)
    const text = bytes.subarray(0, bytes.indexOf('\n\n')).toString('utf8')
    expect(text).toContain('Segment0_Tags:=TerminologyEntry:Liver|')
    expect(text).toContain('Segment0_Color:=0.666667 0 0')
    // Voxels 10 to 12: the end of one row, and the first of the next slice.
    expect(text).toContain('Segment1_Extent:=0 3 0 2 0 1')
    expect(text).toContain('Segmentation_MasterRepresentation:=Binary labelmap')
    expect(text).not.toContain('Gone')
    expect(headerNames(bytes)).toEqual([
      { name: 'Liver', labelValue: 1, color: '#aa0000' },
      { name: 'Zyste, groß', labelValue: 2, color: '#00ff7f' },
    ])
  })

  it('stays a MetaImage, packed as it was, with fields that only its program knows', async () => {
    const packed = deflateSync(Uint8Array.from(values))
    const header = [
      'ObjectType = Image',
      'NDims = 3',
      'CompressedData = True',
      `CompressedDataSize = ${packed.length}`,
      'DimSize = 4 3 2',
      'ElementSpacing = 0.7 0.7 3.3',
      'AnatomicalOrientation = RAI',
      'ElementType = MET_UCHAR',
      'ElementDataFile = LOCAL',
      '',
    ].join('\n')
    const file = put('meta_ct_dseg.mha', Buffer.concat([Buffer.from(header), packed]))
    await saveLabelMap(new EditedLabelMaps(), await request('meta', file))
    expect(await valuesIn(file)).toEqual(drawn)
    expect((await readFile(file)).toString('latin1')).toContain('AnatomicalOrientation = RAI\n')
  })

  it('is not written over what another program wrote meanwhile, unless that is asked for', async () => {
    const file = put('race_ct_dseg.nii.gz', nifti({ type: 'uint8', values }))
    const save = await request('race', file)
    put('race_ct_dseg.nii.gz', nifti({ type: 'uint8', values: values.map(() => 5) }))
    utimesSync(file, 1, 1)
    const error = await errorOf(saveLabelMap(new EditedLabelMaps(), save))
    expect(error.remedy).toEqual({ option: 'force' })
    expect(error.message).toMatch(/was changed by another program since it was opened/)
    const labels = { ...save.labels, areStanding: true }
    await saveLabelMap(new EditedLabelMaps(), { ...save, labels, force: true })
    expect((await valuesIn(file)).slice(9, 14)).toEqual([5, 2, 2, 2, 5])
  })

  it('leaves sidecar and table of another program alone', async () => {
    const file = put('bids_ct_dseg.nii.gz', nifti({ type: 'uint8', values }))
    const json = put('bids_ct_dseg.json', '{"SpatialReference": "orig"}')
    const table = put('bids_ct_dseg.tsv', 'index\tname\tmapping\n1\tLiver\t7\n')
    await saveLabelMap(new EditedLabelMaps(), await request('bids', file))
    expect(readFileSync(json, 'utf8')).toBe('{"SpatialReference": "orig"}')
    expect(readFileSync(table, 'utf8')).toContain('mapping')
  })

  it('tells runs what to keep of a result that a person has corrected, and that nobody else has touched it', async () => {
    const file = put('run_ct_dseg.nii.gz', nifti({ type: 'uint8', values }))
    const models = { id: 'm', sha256: ['b'.repeat(64)], provider: 'cpu' }
    const found = { name: 'Liver', labelValue: 1, color: '#aa0000', status: 'found', confidence: 0.8 } as const
    const sidecar: Sidecar = {
      ...{ format: 'medlsam-result', formatVersion: 1, tool: { name: 'medlsam', version: '1' }, task: 'segment' },
      ...{ output: 'x', input: { path: 'x', sha256: 'a'.repeat(64), timePoint: null } },
      ...{ templates: { name: 't', modelHash: 'a'.repeat(64), ids: [] }, options: DEFAULT_RUN_OPTIONS },
      ...{ localizer: models, segmenter: null, seconds: {}, warnings: [], encoderRuns: 0, decoderRuns: 0 },
      structures: [{ ...found, boxMm: null, boxVoxel: null, extremePointsMm: null, volumeMl: 1, meanHu: 0 }],
    }
    put('run_ct_dseg.json', JSON.stringify(sidecar))
    await saveLabelMap(new EditedLabelMaps(), await request('run', file))
    const saved = await untouchedSidecar(outputPaths(file, ''))
    expect(saved?.structures.map(({ name, origin }) => [name, origin?.kind])).toEqual([
      ['Liver', undefined],
      ['Zyste, groß', 'drawn'],
    ])
    // Nothing is by hand: whether something was taken away is not known.
    put('run_ct_dseg.json', JSON.stringify(sidecar))
    await saveLabelMap(new EditedLabelMaps(), { ...(await request('run', file)), structures: [liver] })
    expect(await untouchedSidecar(outputPaths(file, ''))).toBeNull()
  })

  it('says so in one sentence where it keeps its voxels in another file', async () => {
    put('pair.raw', Uint8Array.from(values))
    const header = ['ObjectType = Image', 'NDims = 3', 'DimSize = 4 3 2', 'ElementSpacing = 1 1 1']
    const file = put(
      'pair_ct_dseg.mhd',
      [...header, 'ElementType = MET_UCHAR', 'ElementDataFile = pair.raw', ''].join('\n'),
    )
    const error = await errorOf(saveLabelMap(new EditedLabelMaps(), await request('pair', file)))
    expect(error.message).toBe(
      'pair_ct_dseg.mhd keeps its voxels in another file, which cannot be edited: export it as one file first.',
    )
  })
})
