import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Affine } from '../../../../src/shared/geometry/affine.js'
import { evaluateFolders, type FolderEvaluation } from '../../../../src/lab/evaluation/evaluateFolders.js'
import { caseIdOf, predictionOf } from '../../../../src/lab/evaluation/labelFiles.js'
import type { StructureScore } from '../../../../src/lab/evaluation/scoreStructure.js'
import type { LabelVolume } from '../../../../src/shared/geometry/volume.js'
import { writeLabelMap } from '../../../../src/engine/scanFiles/writeLabelMap.js'
import { convertLabelMap } from '../../../../src/engine/convert/convertLabelMap.js'
import { writeLabelledSeries } from '../../../support/labelledSeries.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()
const STRAIGHT: Affine = [2, 0, 0, -10, 0, 2, 0, -10, 0, 0, 3, 0, 0, 0, 0, 1]
const labelsFile = path.join(folder, 'labels.json')
writeFileSync(labelsFile, JSON.stringify({ labels: { 1: 'Mandible', 2: 'Liver' }, tolerancesMm: { Liver: 2.5 } }))

/** Boxes of voxels `[value, from x, to x]`, three voxels thick and wide. */
function volume(boxes: readonly (readonly [number, number, number])[], affine: Affine = STRAIGHT): LabelVolume {
  const size = [10, 8, 6] as const
  const data = new Uint8Array(10 * 8 * 6)
  for (const [value, from, to] of boxes)
    for (let z = 2; z < 5; z++)
      for (let y = 2; y < 5; y++) for (let x = from; x <= to; x++) data[x + 10 * (y + 8 * z)] = value
  return { data, size, affine }
}

async function write(name: string, labels: LabelVolume): Promise<void> {
  const file = path.join(folder, name)
  mkdirSync(path.dirname(file), { recursive: true })
  await writeLabelMap(file, labels, { niftiHeader: null, size: labels.size, affine: labels.affine }, [])
}

function writeSidecar(name: string, structures: readonly object[]): void {
  writeFileSync(
    path.join(folder, name),
    JSON.stringify({
      format: 'medlsam-result',
      formatVersion: 1,
      tool: { name: 'medlsam', version: '0' },
      input: { path: 'x', sha256: '0'.repeat(64), timePoint: null },
      templates: { name: 't', modelHash: '0'.repeat(64), ids: [] },
      localizer: { id: 'l', sha256: [], provider: 'cpu' },
      seconds: {},
      warnings: [],
      task: 'segment',
      output: 'one.nii.gz',
      options: {
        procedure: 'robust',
        seed: 1,
        parts: true,
        structures: null,
        marginMm: null,
        paperMargin: false,
        sliceStep: 1,
        windowHu: null,
        appearance: true,
        minConfidence: 0,
      },
      segmenter: { id: 's', sha256: [], provider: 'cpu', layout: 'meta' },
      encoderRuns: 0,
      decoderRuns: 0,
      structures: structures.map((structure) => ({
        color: '#ffffff',
        confidence: 0.5,
        boxVoxel: null,
        extremePointsMm: null,
        meanHu: 0,
        ...structure,
      })),
    }),
  )
}

async function evaluate(
  set: string,
  more: Partial<Parameters<typeof evaluateFolders>[0]> = {},
): Promise<FolderEvaluation> {
  return evaluateFolders({
    predictions: path.join(folder, set, 'pred'),
    truth: path.join(folder, set, 'truth'),
    labels: labelsFile,
    resample: true,
    truthIsComplete: false,
    ...more,
  })
}

const of = ({ cases }: FolderEvaluation, id: string, structure: string): StructureScore | undefined =>
  cases.find((one) => one.id === id)?.scores.find((score) => score.structure === structure)

describe('evaluating a folder', () => {
  it('pairs cases by name and counts every drawn structure, found or not', async () => {
    await write(
      'a/truth/one_seg.nii.gz',
      volume([
        [1, 1, 4],
        [2, 6, 8],
      ]),
    )
    await write('a/truth/two_seg.nii.gz', volume([[1, 1, 4]]))
    await write('a/truth/one_ct.nii.gz', volume([[9, 0, 9]]))
    // What archives made on a Mac hold beside every file.
    writeFileSync(path.join(folder, 'a/truth/._one_seg.nii.gz'), 'x')
    await write('a/pred/one_ct_dseg.nii.gz', volume([[1, 1, 4]]))
    await write('a/pred/other_dseg.nii', volume([[1, 1, 4]]))
    const result = await evaluate('a')
    expect(result.cases.map(({ id }) => id)).toEqual(['one', 'two'])
    expect(of(result, 'one', 'Mandible')).toMatchObject({ outcome: 'scored', dice: 1, toleranceMm: 1 })
    expect(of(result, 'one', 'Liver')).toMatchObject({
      outcome: 'missed',
      dice: 0,
      toleranceMm: 2.5,
      reason: expect.stringContaining('no voxel'),
    })
    expect(of(result, 'two', 'Mandible')).toMatchObject({
      outcome: 'missed',
      dice: 0,
      reason: expect.stringContaining('no prediction of two'),
    })
    expect(of(result, 'two', 'Liver')).toMatchObject({ outcome: 'absent', dice: null })
    expect(result.warnings).toEqual([expect.stringContaining('other_dseg.nii')])
  })

  it('takes names, boxes and reasons from what lies beside a prediction', async () => {
    await write(
      'b/truth/one.nii.gz',
      volume([
        [1, 1, 4],
        [2, 6, 8],
      ]),
    )
    // The prediction numbers its structures the other way round.
    await write('b/pred/one.nii.gz', volume([[2, 1, 4]]))
    writeSidecar('b/pred/one.json', [
      {
        name: 'Liver',
        labelValue: 1,
        status: 'not-found',
        reason: 'It is not in the field of view.',
        boxMm: null,
        volumeMl: null,
      },
      {
        name: 'Mandible',
        labelValue: 2,
        status: 'found',
        boxMm: { min: [-9, -7, 4.5], max: [-1, -1, 13.5] },
        volumeMl: 1,
      },
    ])
    const result = await evaluate('b')
    expect(of(result, 'one', 'Mandible')).toMatchObject({
      outcome: 'scored',
      dice: 1,
      wallErrorsMm: { right: 0, left: 0, posterior: 0, anterior: 0, superior: 0, inferior: 0 },
    })
    expect(of(result, 'one', 'Liver')).toMatchObject({ outcome: 'missed', reason: 'It is not in the field of view.' })
  })

  it('takes a DICOM truth by its names, and passes over what was converted of a prediction', async () => {
    mkdirSync(path.join(folder, 'dicom/pred'), { recursive: true })
    mkdirSync(path.join(folder, 'dicom/truth'))
    const { folder: series, labelMap } = await writeLabelledSeries(path.join(folder, 'dicom/pred/one'))
    rmSync(series, { recursive: true, force: true })
    const source = await writeLabelledSeries(path.join(folder, 'dicom/one'))
    await convertLabelMap({
      labelMap,
      to: 'rtstruct',
      series: source.folder,
      out: path.join(folder, 'dicom/truth/one.dcm'),
    })
    await convertLabelMap({ labelMap, to: 'seg.nrrd' })
    await convertLabelMap({ labelMap, to: 'nifti-per-structure' })
    const labels = path.join(folder, 'dicom/labels.json')
    // The RTSTRUCT numbers its structures in another way.
    writeFileSync(labels, JSON.stringify({ labels: { 1: 'RightKidney', 3: 'Liver' } }))
    const result = await evaluate('dicom', { labels })
    expect(of(result, 'one', 'Liver')).toMatchObject({ outcome: 'scored', dice: 1 })
    expect(of(result, 'one', 'RightKidney')).toMatchObject({ outcome: 'scored', dice: 1 })
  })

  it('says so where a sidecar spells a name in another way', async () => {
    for (const id of ['one', 'two']) {
      await write(`g/truth/${id}.nii.gz`, volume([[1, 1, 4]]))
      await write(`g/pred/${id}.nii.gz`, volume([[1, 1, 4]]))
      writeSidecar(`g/pred/${id}.json`, [
        { name: 'Mandibula', labelValue: 1, status: 'found', boxMm: null, volumeMl: 1 },
      ])
    }
    const result = await evaluate('g')
    expect(of(result, 'one', 'Mandible')).toMatchObject({
      outcome: 'missed',
      reason: 'Its sidecar names Mandibula, but no Mandible.',
    })
    // Once, and not for every case.
    expect(result.warnings).toEqual([expect.stringMatching(/does not name, and so not scored: Mandibula\./)])
  })

  it('refuses tolerances that are no lengths, and says which fit no structure', async () => {
    await write('h/truth/one.nii.gz', volume([[1, 1, 4]]))
    await write('h/pred/one.nii.gz', volume([[1, 1, 4]]))
    const labels = path.join(folder, 'tolerances.json')
    writeFileSync(labels, JSON.stringify({ labels: { 1: 'Mandible', 2: 'Liver' }, tolerancesMm: { Liver: '2.5' } }))
    await expect(evaluate('h', { labels })).rejects.toThrow(/tolerancesMm Liver of .*tolerances\.json cannot be used/)
    writeFileSync(
      labels,
      JSON.stringify({ labels: { 1: 'Mandible', 2: 'Liver' }, tolerancesMm: { liver: 2.5, Lver: 1 } }),
    )
    expect((await evaluate('h', { labels })).warnings).toEqual([
      expect.stringMatching(/a tolerance for Lver, but names no such structure/),
    ])
  })

  it('counts what was found in vain only where the truth is said to be complete', async () => {
    await write('c/truth/one.nii.gz', volume([[1, 1, 4]]))
    await write(
      'c/pred/one.nii.gz',
      volume([
        [1, 1, 4],
        [2, 6, 8],
      ]),
    )
    expect(of(await evaluate('c'), 'one', 'Liver')).toMatchObject({ outcome: 'extra', dice: null })
    expect(of(await evaluate('c', { truthIsComplete: true }), 'one', 'Liver')).toMatchObject({
      outcome: 'extra',
      dice: 0,
    })
  })

  it('resamples other grids with a warning, or refuses them, and refuses other places', async () => {
    await write('d/truth/one.nii.gz', volume([[1, 1, 4]]))
    await write('d/truth/two.nii.gz', volume([[1, 1, 4]]))
    const fine: LabelVolume = {
      ...volume([]),
      size: [20, 16, 6],
      data: new Uint8Array(20 * 16 * 6),
      affine: [1, 0, 0, -10.5, 0, 1, 0, -10.5, 0, 0, 3, 0, 0, 0, 0, 1],
    }
    for (let z = 2; z < 5; z++)
      for (let y = 4; y < 10; y++) for (let x = 2; x < 10; x++) fine.data[x + 20 * (y + 16 * z)] = 1
    await write('d/pred/one.nii.gz', fine)
    await write('d/pred/two.nii.gz', volume([[1, 1, 4]], [2, 0, 0, 900, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1]))
    const result = await evaluate('d')
    expect(of(result, 'one', 'Mandible')).toMatchObject({ outcome: 'scored', dice: 1 })
    expect(of(result, 'two', 'Mandible')).toMatchObject({
      outcome: 'missed',
      reason: expect.stringContaining('different places'),
    })
    expect(result.warnings).toEqual([
      expect.stringMatching(/one\.nii\.gz lies on another grid .* was resampled/),
      expect.stringContaining('different places'),
    ])
    expect(of(await evaluate('d', { resample: false }), 'one', 'Mandible')).toMatchObject({
      outcome: 'missed',
      reason: expect.stringContaining('another grid'),
    })
  })

  it('says what is wrong with folders that cannot be evaluated', async () => {
    await write('e/truth/one_seg.nii.gz', volume([[1, 1, 4]]))
    mkdirSync(path.join(folder, 'e/pred'), { recursive: true })
    await expect(evaluate('e')).rejects.toThrow(/e\/pred holds no label map/)
    await expect(evaluate('f')).rejects.toThrow(/f\/truth cannot be read/)
    await write('e/truth/one_dseg.nii.gz', volume([[1, 1, 4]]))
    await expect(evaluate('e')).rejects.toThrow(/belong to one case \(one\)/)
  })
})

describe('names of cases', () => {
  it('are what is left without endings that people append', () => {
    expect(
      ['a/b_ct_dseg.nii.gz', 'liver_3_0000.nii.gz', 'x.y-seg.nrrd', 'p_labels.mha', 'seg.nii'].map(caseIdOf),
    ).toEqual(['a/b', 'liver_3', 'x.y', 'p', 'seg'])
  })

  it('are looked for under the same path first, then under the same name', () => {
    const files = new Map([
      ['s1/a', 'P1'],
      ['s2/a', 'P2'],
      ['deep/b', 'P3'],
    ])
    expect(['s2/a', 'b', 'a', 'c'].map((id) => predictionOf(id, files))).toEqual(['P2', 'P3', null, null])
  })
})
