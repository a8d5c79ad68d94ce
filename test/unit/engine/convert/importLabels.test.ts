import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { convertLabelMap } from '../../../../src/engine/convert/convertLabelMap.js'
import { importLabels } from '../../../../src/engine/convert/importLabels.js'
import { readLabelMap } from '../../../../src/engine/scanFiles/readLabelMap.js'
import { parseLabelTable } from '../../../../src/shared/labelTable.js'
import { PATIENT } from '../../../support/dicomFixture.js'
import { DRAWN, writeLabelledSeries } from '../../../support/labelledSeries.js'
import { tempFolder } from '../../../support/tempFolder.js'

const top = tempFolder()
const series = await writeLabelledSeries(path.join(top, 'ct'))
const scanPath = path.join(series.folder, 'IM0')
const at = (name: string): string => path.join(top, name)

describe('Structures of the clinic become a label map of the scan', () => {
  test.each(['seg', 'rtstruct'] as const)('of a %s, with its voxels and names', async (to) => {
    const [file, out] = [at(`${to}.dcm`), at(`${to}_dseg.nii.gz`)]
    await convertLabelMap({ labelMap: series.labelMap, to, series: series.folder, out: file })
    expect(await importLabels({ file, scanPath, out })).toEqual({ labelMapPath: out, structures: 3, warnings: [] })
    const labels = await readLabelMap(out)
    const table = readFileSync(at(`${to}_dseg.tsv`), 'utf8')
    const names = new Map((parseLabelTable(table) ?? []).map(({ labelValue, name }) => [labelValue, name]))
    const drawn = new Map(DRAWN.map(({ labelValue, name }): [number, string] => [labelValue, name]))
    expect(Array.from(labels.data, (value) => names.get(value))).toEqual(
      Array.from(series.labels.data, (value) => drawn.get(value)),
    )
    expect(labels.affine).toEqual(series.labels.affine)
    for (const secret of Object.values(PATIENT)) expect(table).not.toContain(secret)
  })

  test('and nothing that is there is replaced', async () => {
    const file = at('rtstruct.dcm')
    const out = at('rtstruct_dseg.nii.gz')
    const before = readFileSync(out)
    await expect(importLabels({ file, scanPath, out })).rejects.toMatchObject({ kind: 'output' })
    expect(readFileSync(out)).toEqual(before)
  })

  test('but no slice of a scan, and no other file', async () => {
    const out = at('other_dseg.nii.gz')
    await expect(importLabels({ file: scanPath, scanPath, out })).rejects.toThrow(/no label map but DICOM/)
    await expect(importLabels({ file: series.labelMap, scanPath, out })).rejects.toThrow(/not DICOM: choose a SEG/)
    expect(existsSync(out)).toBe(false)
  })
})
