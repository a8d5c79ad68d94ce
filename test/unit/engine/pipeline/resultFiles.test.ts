import { appendFileSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readLabelMap } from '../../../../src/engine/scanFiles/readLabelMap.js'
import { outputPaths, type OutputPaths } from '../../../../src/engine/pipeline/outputPaths.js'
import { resultFiles } from '../../../../src/engine/pipeline/resultFiles.js'
import { writeResult, type ResultTarget } from '../../../../src/engine/pipeline/writeResult.js'
import type { ResultExport } from '../../../../src/shared/exportFormats.js'
import { DEFAULT_RUN_OPTIONS } from '../../../../src/shared/requests.js'
import { keepForeign } from '../../../../src/shared/node/keepForeign.js'
import type { Sidecar } from '../../../../src/shared/sidecar.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()
const AFFINE = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] as const
const SIZE = [4, 3, 2] as const
const HASH = '0'.repeat(64)
const SIDECAR: Sidecar = {
  format: 'medlsam-result',
  formatVersion: 1,
  task: 'segment',
  tool: { name: 'medlsam', version: '0' },
  input: { path: 'a.nii', sha256: HASH, timePoint: null },
  templates: { name: 'x', modelHash: HASH, ids: [] },
  options: DEFAULT_RUN_OPTIONS,
  localizer: { id: 'x', sha256: [], provider: 'cpu' },
  segmenter: { id: 'x', sha256: [], provider: 'cpu', layout: 'x' },
  seconds: {},
  warnings: [],
  output: 'a_dseg.nii',
  encoderRuns: 0,
  decoderRuns: 0,
  structures: [],
}

describe('What is written for other programs', () => {
  const target = { geometry: { niftiHeader: null, size: SIZE, affine: AFFINE } }
  const labels = { data: new Uint8Array(24).fill(1), size: SIZE, affine: AFFINE }
  const structures = [{ name: 'Liver', labelValue: 1, color: '#ff0000', status: 'found', confidence: 1 }] as const
  const file = path.join(folder, 'b_dseg.nii')
  const pathsWith = (formats: readonly ResultExport[]): OutputPaths => outputPaths(file, 'b.nii', formats)
  const details = structures.map((each) => ({
    ...each,
    boxMm: null,
    boxVoxel: null,
    extremePointsMm: null,
    volumeMl: 1,
    meanHu: 0,
  }))
  const write = (formats: readonly ResultExport[], more: Partial<ResultTarget> = {}): Promise<Sidecar> =>
    writeResult(pathsWith(formats), labels, { ...target, ...more }, { ...SIDECAR, structures: details })
  const slicer = path.join(folder, 'b_dseg.seg.nrrd')

  it('lies beside the label map and is ours while nobody has changed it', async () => {
    const sidecar = await write(['seg.nrrd'])
    expect((await readLabelMap(slicer)).data).toEqual(labels.data)
    expect(Object.keys(sidecar.outputSha256?.exports ?? {})).toEqual(['b_dseg.seg.nrrd'])
    await keepForeign(await resultFiles(pathsWith(['seg.nrrd'])), undefined)
    appendFileSync(slicer, ' ')
    await expect(keepForeign(await resultFiles(pathsWith(['seg.nrrd'])), undefined)).rejects.toMatchObject({
      file: slicer,
    })
  })

  it('goes with the label map that it shows, but not where somebody has changed it', async () => {
    await write([])
    expect(existsSync(slicer)).toBe(true)
    await write(['seg.nrrd'])
    await write([])
    expect(existsSync(slicer)).toBe(false)
  })

  it('is not in a sidecar that must not depend on the time', async () => {
    expect((await write(['seg.nrrd'], { recordsExports: false })).outputSha256?.exports).toBeUndefined()
  })
})

describe('A result that is there', () => {
  const paths = outputPaths(path.join(folder, 'a_dseg.nii'), 'a.nii')
  const write = (value: number): Promise<Sidecar> =>
    writeResult(
      paths,
      { data: new Uint8Array(24).fill(value), size: SIZE, affine: AFFINE },
      { geometry: { niftiHeader: null, size: SIZE, affine: AFFINE } },
      SIDECAR,
    )
  const check = async (): Promise<void> => keepForeign(await resultFiles(paths), undefined)

  it('is ours while nobody has changed it', async () => {
    await check()
    await write(1)
    await check()
    await write(2)
    await check()
  })

  it.each(['labelMap', 'names'] as const)('is kept when somebody has changed its %s', async (which) => {
    await write(1)
    appendFileSync(paths[which], ' ')
    await expect(check()).rejects.toMatchObject({ kind: 'output', file: paths[which], remedy: { option: 'force' } })
  })

  it.each(['labelMap', 'names', 'sidecar'] as const)("is kept when its %s is somebody else's alone", async (which) => {
    for (const file of [paths.labelMap, paths.names, paths.sidecar]) rmSync(file, { force: true })
    writeFileSync(paths[which], '{"Manual": true}')
    await expect(check()).rejects.toMatchObject({ kind: 'output', file: paths[which] })
  })
})
