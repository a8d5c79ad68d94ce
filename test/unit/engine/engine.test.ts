import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openEngine, type RunHooks } from '../../../src/engine/engine.js'
import { openModels } from '../../../src/engine/models/modelStore.js'
import { cliIsBuilt } from '../../support/cli.js'
import { writeOnnx } from '../../support/onnxBuilder.js'
import { samDecoderGraph, samEncoderGraph } from '../../support/samGraphs.js'
import { tempFolder } from '../../support/tempFolder.js'
import { writeTinyModels, writeTinyScan } from '../../support/tinyModels.js'

const folder = tempFolder()
const assetsFolder = path.resolve(import.meta.dirname, '../../../models')
const picture = { data: new Float32Array(64 * 64).fill(100), width: 64, height: 64, pixelMm: [1, 1] as const }

async function graphs(masks: 1 | 4): Promise<string[]> {
  const place = path.join(folder, `masks${masks}`)
  await mkdir(place, { recursive: true })
  return [
    await writeOnnx(path.join(place, 'encoder.onnx'), samEncoderGraph()),
    await writeOnnx(path.join(place, 'decoder.onnx'), samDecoderGraph(masks)),
  ]
}

describe('the models of an engine', () => {
  it('are shared while they are there, and others once they have been replaced', async () => {
    const engine = openEngine({ assetsFolder, modelsFolder: path.join(folder, 'models') })
    await expect(engine.segmenter('own')).rejects.toThrow(/There is no segmenter "own"/)
    await engine.models.import({ files: await graphs(1), id: 'own', normalisation: 'sam' })
    const first = await engine.segmenter('own')
    expect(await engine.segmenter('own')).toBe(first)

    await engine.models.remove({ id: 'own' })
    await expect(engine.segmenter('own')).rejects.toThrow(/There is no segmenter "own"/)
    await expect(first.encodeTile(picture)).rejects.toThrow(/released/)
    await engine.models.import({ files: await graphs(4), id: 'own', normalisation: 'sam' })
    const second = await engine.segmenter('own')
    expect(second.networks.map(({ sha256 }) => sha256)).not.toEqual(first.networks.map(({ sha256 }) => sha256))
    await engine.close()
  })

  it('are found by the next who asks, once the files of the localizer are there', async () => {
    const engine = openEngine({ assetsFolder, medlamCard: path.join(folder, 'late/tiny.json') })
    await expect(engine.medlam()).rejects.toMatchObject({ kind: 'model' })
    await writeTinyModels(path.join(folder, 'late'))
    expect(await engine.medlam()).toBe(await engine.medlam())
    await engine.close()
  })

  it('are asked for by name before anything is computed', async () => {
    const place = path.join(folder, 'unknown')
    const { medlamCard, bank } = await writeTinyModels(place)
    const scanPath = path.join(place, 'p_ct.nii.gz')
    await writeTinyScan(scanPath, 1)
    const engine = openEngine({ medlamCard })
    await expect(engine.segment({ scanPath, templates: bank, segmenter: 'nothing' })).rejects.toThrow(
      /There is no segmenter "nothing"/,
    )
    expect(engine.networks()).toEqual([])
    await engine.close()
  })

  it('are opened anew after a self-test, on the provider that has won', async () => {
    const engine = openEngine({ assetsFolder, modelsFolder: path.join(folder, 'tested') })
    await engine.models.import({ files: await graphs(1), id: 'own', normalisation: 'sam' })
    const before = await engine.segmenter('own')
    const { chosen } = await engine.models.testProviders('own')
    const after = await engine.segmenter('own')
    expect(after).not.toBe(before)
    expect(after.provider).toBe(chosen)
    await engine.close()
  })

  it('are the ones that their name stands for now, whoever installed them', async () => {
    const modelsFolder = path.join(folder, 'precisions')
    const engine = openEngine({ assetsFolder, modelsFolder })
    await engine.models.import({ files: await graphs(1), id: 'own', precision: 'int8', normalisation: 'sam' })
    const small = await engine.segmenter('own')
    const named = await engine.segmenter('own@int8')
    // By another process.
    await openModels(assetsFolder, { modelsFolder }).import({
      files: await graphs(4),
      id: 'own',
      precision: 'fp32',
      normalisation: 'sam',
    })
    const large = await engine.segmenter('own')
    expect(large.networks.map(({ sha256 }) => sha256)).not.toEqual(small.networks.map(({ sha256 }) => sha256))
    expect(await engine.segmenter('own@int8')).toBe(named)
    await expect(small.encodeTile(picture)).rejects.toThrow(/released/)
    await engine.close()
  })

  // The tiny models are made by an engine with the folder of built-in models, which the build makes.
  it.skipIf(!cliIsBuilt)('stay the same for runs that belong together', async () => {
    const { medlamCard, bank } = await writeTinyModels(path.join(folder, 'tiny'))
    const scanPath = path.join(folder, 'a_ct.nii.gz')
    await writeTinyScan(scanPath, 1)
    const engine = openEngine({ assetsFolder, medlamCard, modelsFolder: path.join(folder, 'together') })
    const segmentedWith = async (hooks: RunHooks): Promise<readonly string[]> =>
      (
        await engine.segment(
          {
            scanPath,
            templates: bank,
            segmenter: 'own',
            options: { minConfidence: 0, method: 'medlam', sliceStep: 10 },
          },
          hooks,
        )
      ).sidecar.segmenter?.sha256 ?? []
    await engine.models.import({ files: await graphs(1), id: 'own', precision: 'int8', normalisation: 'sam' })
    const templates = await engine.templates(bank)
    const first = await segmentedWith({ templates })
    await engine.models.import({ files: await graphs(4), id: 'own', precision: 'fp32', normalisation: 'sam' })
    expect(await segmentedWith({ templates })).toEqual(first)
    expect(await segmentedWith({})).not.toEqual(first)
    await engine.close()
  })

  it.skipIf(!cliIsBuilt)('do without a segmenter for drafts', async () => {
    const { medlamCard, bank } = await writeTinyModels(path.join(folder, 'draft'))
    const scanPath = path.join(folder, 'draft_ct.nii.gz')
    await writeTinyScan(scanPath, 1)
    const engine = openEngine({ assetsFolder, medlamCard, modelsFolder: path.join(folder, 'none') })
    const options = { minConfidence: 0, method: 'medlam' as const, quality: 'draft' as const, appearance: false }
    // There is no such segmenter, which nobody notices.
    const { sidecar } = await engine.segment({ scanPath, templates: bank, segmenter: 'missing', options })
    expect(sidecar).toMatchObject({ segmenter: null, encoderRuns: 0, decoderRuns: 0, options: { quality: 'draft' } })
    expect(sidecar.structures.filter(({ status }) => status === 'failed')).toEqual([])
    const balanced = { ...options, quality: 'balanced' as const }
    await expect(
      engine.segment({ scanPath, templates: bank, segmenter: 'missing', options: balanced }),
    ).rejects.toThrow(/There is no segmenter "missing"/)
    await engine.close()
  })

  it('keep embeddings in memory when asked to', async () => {
    const engine = openEngine({
      assetsFolder,
      modelsFolder: path.join(folder, 'remembered'),
      embeddingsMaxBytes: 100e6,
      idleSeconds: 60,
    })
    await engine.models.import({ files: await graphs(1), id: 'own', normalisation: 'sam' })
    const segmenter = await engine.segmenter('own')
    expect(await segmenter.encodeTile(picture)).toBe(await segmenter.encodeTile(picture))
    expect(segmenter.networks[0].runs).toBe(1)
    await engine.close()
  })
})
