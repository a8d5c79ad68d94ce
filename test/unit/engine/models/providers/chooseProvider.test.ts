import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openEngine } from '../../../../../src/engine/engine.js'
import { chooseProvider } from '../../../../../src/engine/models/providers/chooseProvider.js'
import type { SegmenterSource } from '../../../../../src/engine/models/segmenters.js'
import type { Provider } from '../../../../../src/engine/runtime/network.js'
import { writeOnnx } from '../../../../support/onnxBuilder.js'
import { samDecoderGraph, samEncoderGraph } from '../../../../support/samGraphs.js'
import { tempFolder } from '../../../../support/tempFolder.js'

/** What comes into question here; what this machine has not got falls back to the CPU. */
const machine = vi.hoisted(() => ({ candidates: ['cpu'] as Provider[] }))
vi.mock('../../../../../src/engine/runtime/providerTable.js', async (original) => ({
  ...(await original<object>()),
  autoCandidates: () => machine.candidates,
}))
afterEach(() => {
  machine.candidates = ['cpu']
})

const folder = tempFolder()
const assetsFolder = path.resolve(import.meta.dirname, '../../../../../models')

async function graphs(place: string): Promise<SegmenterSource> {
  await mkdir(place, { recursive: true })
  const files = [
    await writeOnnx(path.join(place, 'encoder.onnx'), samEncoderGraph()),
    await writeOnnx(path.join(place, 'decoder.onnx'), samDecoderGraph(1)),
  ]
  return { id: 'own', files: files.map((file) => ({ path: file })) }
}

/** Providers that are tried when a choice is asked for. */
async function tried(modelsFolder: string, source: SegmenterSource): Promise<Provider[]> {
  const seen: Provider[] = []
  await chooseProvider(modelsFolder, source, {
    onTrial: (done, total, provider) => {
      if (done < total) seen.push(provider)
    },
  })
  return seen
}

describe('the provider that "auto" means', () => {
  it('is found out once, and again when another one comes into question', async () => {
    const modelsFolder = path.join(folder, 'again')
    const source = await graphs(path.join(folder, 'graphs'))
    machine.candidates = ['coreml', 'cpu']
    expect(await tried(modelsFolder, source)).toEqual(['cpu', 'coreml'])
    expect(await tried(modelsFolder, source)).toEqual([])
    machine.candidates = ['directml', 'coreml', 'cpu']
    expect(await tried(modelsFolder, source)).toEqual(['cpu', 'directml', 'coreml'])
    expect(
      Object.keys(JSON.parse(await readFile(path.join(modelsFolder, 'providers.json'), 'utf8')) as object),
    ).toHaveLength(2)
  })

  it('is found out once too where nothing can be written', async () => {
    const source = await graphs(path.join(folder, 'graphs'))
    const modelsFolder = path.join(folder, 'file/models')
    await writeFile(path.join(folder, 'file'), '')
    machine.candidates = ['coreml', 'cpu']
    expect(await tried(modelsFolder, source)).toEqual(['cpu', 'coreml'])
    expect(await tried(modelsFolder, source)).toEqual([])
  })

  it('is not found out to the end when the run is stopped that needs it', async () => {
    const engine = openEngine({ assetsFolder, modelsFolder: path.join(folder, 'stopped') })
    const { files } = await graphs(path.join(folder, 'graphs'))
    machine.candidates = ['coreml', 'cpu']
    const name = files.map((file) => file.path).join(',')
    await expect(engine.segmenter(name, { signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: 'cancelled' })
    expect((await engine.segmenter(name)).provider).toBe('cpu')
    await engine.close()
  })
})
