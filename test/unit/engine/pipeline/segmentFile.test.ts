import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngine, type Engine } from '../../../../src/engine/engine.js'
import { readLabelMap } from '../../../../src/engine/scanFiles/readLabelMap.js'
import { writeLabelMap } from '../../../../src/engine/scanFiles/writeLabelMap.js'
import type { Affine } from '../../../../src/shared/geometry/affine.js'
import type { SegmentRequest } from '../../../../src/shared/requests.js'
import { cliIsBuilt } from '../../../support/cli.js'
import { tempFolder } from '../../../support/tempFolder.js'
import { writeTinyModels, writeTinyScan } from '../../../support/tinyModels.js'

const folder = tempFolder()
const scanPath = path.join(folder, 'a_ct.nii.gz')

// The tiny models are made by an engine with the folder of built-in models, which the build makes.
describe.skipIf(!cliIsBuilt)('a segmentation', () => {
  let engine: Engine
  let order: (structures: readonly string[], out: string) => SegmentRequest

  beforeAll(async () => {
    const { medlamCard, bank, segmenter } = await writeTinyModels(path.join(folder, 'tiny'))
    await writeTinyScan(scanPath, 1)
    engine = openEngine({ assetsFolder: path.resolve(import.meta.dirname, '../../../../models'), medlamCard })
    order = (structures, out) => ({
      scanPath,
      templates: bank,
      segmenter,
      out: path.join(folder, out),
      options: { structures, minConfidence: 0, method: 'medlam' },
    })
  })
  afterAll(() => engine.close())

  const values = async (file: string): Promise<Set<number>> =>
    new Set((await readLabelMap(path.join(folder, file))).data)

  it('updates a result of its own and leaves the other structures there', async () => {
    const { sidecar: ball } = await engine.segment(order(['Ball', 'Core'], 'both_dseg.nii.gz'))
    const { sidecar } = await engine.segment({ ...order(['Ball'], 'both_dseg.nii.gz'), update: true })
    expect(sidecar.structures.map(({ name }) => name).sort()).toEqual(['Ball', 'Core'])
    expect(sidecar.earlier?.map(({ structures }) => structures)).toEqual([['Core']])
    expect((await values('both_dseg.nii.gz')).has(ball.structures[0].labelValue)).toBe(true)
  })

  it('updates a result that another program has stored the other way round', async () => {
    await engine.segment(order(['Ball', 'Core'], 'turned_dseg.nii.gz'))
    const file = path.join(folder, 'turned_dseg.nii.gz')
    const straight = await readLabelMap(file)
    const [nx] = straight.size
    const [a, b, c, d, e, f, g, h, i, j, k, l] = straight.affine
    const affine: Affine = [
      -a,
      b,
      c,
      d + a * (nx - 1),
      -e,
      f,
      g,
      h + e * (nx - 1),
      -i,
      j,
      k,
      l + i * (nx - 1),
      0,
      0,
      0,
      1,
    ]
    const data = straight.data.map((_, at) => straight.data[at - (at % nx) + nx - 1 - (at % nx)])
    const turned = { data, size: straight.size, affine }
    await writeLabelMap(file, turned, { niftiHeader: null, size: turned.size, affine }, [])
    await engine.segment({ ...order(['Ball'], 'turned_dseg.nii.gz'), update: true })
    await engine.segment(order(['Ball', 'Core'], 'plain_dseg.nii.gz'))
    await engine.segment({ ...order(['Ball'], 'plain_dseg.nii.gz'), update: true })
    const [updated, plain] = [await readLabelMap(file), await readLabelMap(path.join(folder, 'plain_dseg.nii.gz'))]
    expect(updated.affine).toEqual(plain.affine)
    expect(updated.data).toEqual(plain.data)
  })

  it('leaves a result as it is where nothing of what is to be updated is found', async () => {
    await engine.segment(order(['Ball'], 'kept_dseg.nii.gz'))
    const before = readFileSync(path.join(folder, 'kept_dseg.json'), 'utf8')
    await expect(engine.segment({ ...order(['Core'], 'kept_dseg.nii.gz'), update: true })).rejects.toMatchObject({
      kind: 'nothingFound',
    })
    expect(readFileSync(path.join(folder, 'kept_dseg.json'), 'utf8')).toBe(before)
  })

  it('writes nothing of a scan that shows nothing of the templates', async () => {
    const nothing = order(['Ball', 'Core'], 'none_dseg.nii.gz')
    await expect(
      engine.segment({ ...nothing, options: { ...nothing.options, minConfidence: 1 } }),
    ).rejects.toMatchObject({ kind: 'nothingFound', file: scanPath })
    expect(readdirSync(folder).filter((name) => name.startsWith('none_dseg'))).toEqual([])
  })

  it('refuses to update what no run made', async () => {
    await writeTinyScan(path.join(folder, 'drawn_dseg.nii.gz'), 2)
    await expect(engine.segment({ ...order(['Ball'], 'drawn_dseg.nii.gz'), update: true })).rejects.toMatchObject({
      kind: 'output',
      message: expect.stringContaining('cannot be updated') as string,
    })
  })

  it('writes nothing when it is told to end before anything is finished', async () => {
    const endEarly = AbortSignal.abort()
    await expect(engine.segment(order(['Ball'], 'early_dseg.nii.gz'), { endEarly })).rejects.toMatchObject({
      kind: 'cancelled',
    })
    expect(existsSync(path.join(folder, 'early_dseg.nii.gz'))).toBe(false)
  })
})
