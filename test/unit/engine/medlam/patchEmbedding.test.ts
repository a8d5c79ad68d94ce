import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  EXTREME_SIDES,
  SIDE_AXIS,
  extremePointsSchema,
  type ExtremePoints,
  type PointMm,
  type Size3,
} from '../../../../src/shared/geometry/points.js'
import { mapAxes, subtract } from '../../../../src/shared/geometry/vector.js'
import { encodeTemplate } from '../../../../src/engine/medlam/templateBank.js'
import { embedScan } from '../../../../src/engine/medlam/embed.js'
import { rasToSal, salToVoxel, salVoxel } from '../../../../src/engine/medlam/salFrame.js'
import { closeMedlamModel, openMedlamModel, type MedlamModel } from '../../../../src/engine/medlam/model.js'
import { prepareVolume } from '../../../../src/engine/medlam/prepare.js'
import { findPeak, similarityWindow } from '../../../../src/engine/medlam/similarity.js'
import { openImport } from '../../../../src/engine/models/import/importCheckpoint.js'
import { ORIENTATIONS, orientedAffine } from '../../../support/orientations.js'
import { phantom } from '../../../support/phantom.js'
import { tempFolder } from '../../../support/tempFolder.js'

const FIXTURE = path.resolve('test/fixtures/import/medlam-tiny')
const parent = tempFolder()
const SIZE: Size3 = [44, 42, 32]
const SPACING: PointMm = [3.2, 3.4, 4.6]
const MARKER: PointMm = [6, -4, 8]
const HALF: PointMm = [15, 12, 18]

const points: ExtremePoints = extremePointsSchema.parse(
  Object.fromEntries(
    EXTREME_SIDES.map((side) => [
      side,
      MARKER.map((value, axis) => value + (axis === SIDE_AXIS[side].axis ? SIDE_AXIS[side].sign * HALF[axis] : 0)),
    ]),
  ),
)

/** The architecture of the published checkpoint, narrower and with random weights: it knows nothing of bodies, but runs as the real one does. */
describe('a model imported from a checkpoint like the published one', () => {
  let model: MedlamModel
  const scan = phantom(SIZE, orientedAffine(ORIENTATIONS[0], SIZE, SPACING), MARKER)
  beforeAll(async () => {
    const folder = path.join(parent, 'medlam')
    const source = await openImport(path.join(FIXTURE, 'half.pth'), path.join(FIXTURE, 'skeleton'))
    await source.write(folder, { id: 'tiny' })
    await source.close()
    model = await openMedlamModel(path.join(folder, 'medlam.json'), path.resolve('models/correlate.onnx'))
  })
  afterAll(() => closeMedlamModel(model))

  it('gives latents and features from networks of their own, each run once per place', async () => {
    const embedding = embedScan(model, prepareVolume(scan, model.card))
    const [runs, featureRuns] = [model.position.runs, model.features.runs]
    const voxel = salVoxel(70, 60, 65)
    const latents = await embedding.latentsAt([voxel, voxel])
    expect([model.position.runs - runs, model.features.runs - featureRuns]).toEqual([1, 0])
    expect(latents[0]).toEqual(latents[1])
    expect(latents[0].every((value) => Number.isFinite(value) && value !== 0)).toBe(true)
    const fields = await embedding.featuresAround(voxel, 31)
    await embedding.featuresAround(voxel, 31)
    expect([model.position.runs - runs, model.features.runs - featureRuns]).toEqual([1, 1])
    expect(fields.map(({ size, strideVoxels, originVoxel }) => [size[0], strideVoxels, originVoxel])).toEqual([
      [16, 4, [39.5, 29.5, 34.5]],
      [32, 2, [38.5, 28.5, 33.5]],
      [64, 1, [38, 28, 33]],
    ])
  })

  it('finds a marked point again around itself, at every scale together', async () => {
    const embedding = embedScan(model, prepareVolume(scan, model.card))
    const template = await encodeTemplate(
      embedding,
      { id: 't', sha256: '', alignment: null },
      { Organ: { points, onePiece: true } },
    )
    const encoded = template.structures.get('Organ')
    if (encoded === undefined) throw new Error('the organ was not encoded')
    const { pointMm, descriptors } = encoded.points.left
    const voxel = salToVoxel(embedding.volume, rasToSal(pointMm))
    const centre = salVoxel(...mapAxes((axis) => Math.round(voxel[axis])))
    const window = await similarityWindow(embedding, centre, [descriptors], 12, 1)
    if (window === null) throw new Error('no scale reaches the window')
    const peak = findPeak(window.maps[0], window, centre, Infinity, 0)
    expect(Math.hypot(...subtract(peak.voxel, voxel))).toBeLessThan(1)
    expect(peak.value).toBeGreaterThan(0.9)
  })
})
