import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { convertLabelMap } from '../../../../src/engine/convert/convertLabelMap.js'
import { readDicomLabels } from '../../../../src/engine/dicom/objects/readDicomLabels.js'
import { readLabelMap } from '../../../../src/engine/scanFiles/readLabelMap.js'
import type { ExportFormat } from '../../../../src/shared/exportFormats.js'
import { parseItkSnapLabels, parseSlicerColors } from '../../../../src/shared/labelNames/colorTables.js'
import { headerNames } from '../../../../src/shared/labelNames/headerNames.js'
import { PATIENT } from '../../../support/dicomFixture.js'
import { DRAWN, writeLabelledSeries } from '../../../support/labelledSeries.js'
import { tempFolder } from '../../../support/tempFolder.js'

const top = tempFolder()
const plain = await writeLabelledSeries(path.join(top, 'ct'))
const at = (name: string): string => path.join(top, name)

/** Converts the label map, and reads it as DICOM on the grid of its series: names by voxel. */
async function namesBack(to: ExportFormat, out: string, series = plain): Promise<(string | undefined)[]> {
  await convertLabelMap({ labelMap: series.labelMap, to, series: series.folder, out })
  const read = await readDicomLabels(out, series.labels)
  const names = new Map(read?.structures.map(({ labelValue, name }) => [labelValue, name]))
  return Array.from(read?.data ?? [], (value) => names.get(value))
}

const namesIn = (data: ArrayLike<number>): (string | undefined)[] =>
  Array.from(data, (value) => DRAWN.find(({ labelValue }) => labelValue === value)?.name)

describe('A label map as a DICOM object', () => {
  test.each(['seg', 'rtstruct'] as const)('%s holds the same voxels', async (to) => {
    expect(await namesBack(to, at(`same.${to}.dcm`))).toEqual(namesIn(plain.labels.data))
  })

  test.each(['seg', 'rtstruct'] as const)('%s holds them of oblique slices too', async (to) => {
    const [c, s] = [Math.cos(0.2), Math.sin(0.2)]
    const turned = await writeLabelledSeries(at(`turned-${to}`), { orientation: [c, s, 0, -s, c, 0] })
    expect(await namesBack(to, at(`turned.${to}.dcm`), turned)).toEqual(namesIn(turned.labels.data))
  })

  test('is the same for the same label map', async () => {
    const write = async (out: string): Promise<Buffer> => {
      await convertLabelMap({ labelMap: plain.labelMap, to: 'seg', series: plain.folder, out })
      return readFileSync(out)
    }
    expect((await write(at('one.dcm'))).equals(await write(at('two.dcm')))).toBe(true)
  })

  test('has pseudonyms where it is asked for, the same each time', async () => {
    const deidentified = async (to: ExportFormat, out: string): Promise<string> => {
      await convertLabelMap({ labelMap: plain.labelMap, to, series: plain.folder, out, deidentify: true })
      return readFileSync(out, 'latin1')
    }
    vi.stubEnv('XDG_DATA_HOME', at('data'))
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const [seg, again, struct] = [
      await deidentified('seg', at('hidden.dcm')),
      await deidentified('seg', at('hidden2.dcm')),
      await deidentified('rtstruct', at('hidden3.dcm')),
    ]
    expect(seg).toBe(again)
    const pseudonym = /LO.{2}([0-9A-F]{12})/s.exec(seg)?.[1]
    expect(struct).toContain(pseudonym)
    for (const secret of [...Object.values(PATIENT), '1.2.826.0.1.3680043.8.498'])
      for (const text of [seg, struct]) expect(text.includes(secret)).toBe(false)
  })

  test('needs the series that the label map was made of', async () => {
    const alone = convertLabelMap({ labelMap: plain.labelMap, to: 'seg', out: at('none.dcm') })
    await expect(alone).rejects.toMatchObject({ kind: 'usage', remedy: { option: 'sourceSeries' } })
    const other = await writeLabelledSeries(at('other'), { pixelSpacing: [0.8, 0.8] })
    const elsewhere = convertLabelMap({
      labelMap: plain.labelMap,
      to: 'seg',
      series: other.folder,
      out: at('none.dcm'),
    })
    await expect(elsewhere).rejects.toMatchObject({ kind: 'input' })
    expect(existsSync(at('none.dcm'))).toBe(false)
  })
})

describe('A label map for other programs', () => {
  const convert = (to: ExportFormat): Promise<unknown> => convertLabelMap({ labelMap: plain.labelMap, to })

  test('as .seg.nrrd has the same voxels, with names and colours', async () => {
    await convert('seg.nrrd')
    const read = await readLabelMap(at('ct_dseg.seg.nrrd'))
    expect(read.data).toEqual(plain.labels.data)
    expect(read.affine).toEqual(plain.labels.affine)
    expect(headerNames(readFileSync(at('ct_dseg.seg.nrrd')))).toEqual(DRAWN)
  })

  test('as one NIfTI per structure', async () => {
    await convert('nifti-per-structure')
    const names = DRAWN.map(({ name }) => `${name}_mask.nii.gz`).sort()
    expect(readdirSync(at('ct_dseg_structures')).sort()).toEqual(names)
    const { data } = await readLabelMap(at('ct_dseg_structures/Liver_mask.nii.gz'))
    expect(data).toEqual(plain.labels.data.map((value) => (value === 3 ? 1 : 0)))
  })

  test('as tables of ITK-SNAP and 3D Slicer', async () => {
    await convert('itksnap')
    await convert('slicer-colors')
    expect(parseItkSnapLabels(readFileSync(at('ct_dseg.label'), 'utf8'))).toEqual(DRAWN)
    expect(parseSlicerColors(readFileSync(at('ct_dseg.ctbl'), 'utf8'))).toEqual(DRAWN)
  })

  test('keeps what is there already', async () => {
    writeFileSync(at('mine.label'), 'mine')
    const request = { labelMap: plain.labelMap, to: 'itksnap', out: at('mine.label') } as const
    await expect(convertLabelMap(request)).rejects.toMatchObject({ kind: 'output', remedy: { option: 'force' } })
    await convertLabelMap({ ...request, force: true })
    expect(readFileSync(at('mine.label'), 'utf8')).toContain('Liver')
  })
})
