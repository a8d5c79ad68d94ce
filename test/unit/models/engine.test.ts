import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openEngine } from '../../../src/engine/engine.js'
import { writeOnnx } from '../../support/onnxBuilder.js'
import { samDecoderGraph, samEncoderGraph } from '../../support/samGraphs.js'
import { tempFolder } from '../../support/tempFolder.js'

const folder = tempFolder()
const assetsFolder = path.resolve(import.meta.dirname, '../../../models')
const picture = { data: new Float32Array(64 * 64).fill(100), width: 64, height: 64, pixelMm: [1, 1] as const }

async function graphs(masks: 1 | 4): Promise<string[]> {
  const place = path.join(folder, `masks${masks}`)
  await mkdir(place, { recursive: true })
  return [await writeOnnx(path.join(place, 'encoder.onnx'), samEncoderGraph()), await writeOnnx(path.join(place, 'decoder.onnx'), samDecoderGraph(masks))]
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
    await expect(first.encodeSlice(picture)).rejects.toThrow(/released/)
    await engine.models.import({ files: await graphs(4), id: 'own', normalisation: 'sam' })
    const second = await engine.segmenter('own')
    expect(second.networks.map(({ sha256 }) => sha256)).not.toEqual(first.networks.map(({ sha256 }) => sha256))
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

  it('keep embeddings in memory when asked to', async () => {
    const engine = openEngine({ assetsFolder, modelsFolder: path.join(folder, 'remembered'), embeddingsMaxBytes: 100e6, idleSeconds: 60 })
    await engine.models.import({ files: await graphs(1), id: 'own', normalisation: 'sam' })
    const segmenter = await engine.segmenter('own')
    expect(await segmenter.encodeSlice(picture)).toBe(await segmenter.encodeSlice(picture))
    expect(segmenter.networks[0].runs).toBe(1)
    await engine.close()
  })
})
