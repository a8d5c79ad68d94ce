import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import ort from 'onnxruntime-node'
import { describe, expect, it, vi } from 'vitest'
import { float32Data } from '../../../support/float32Data.js'
import { listedProviders, openNetwork, runtimeFolder } from '../../../../src/engine/runtime/onnx.js'
import { missingFiles } from '../../../../src/engine/runtime/providerTable.js'
import { writeOnnx, type GraphSpec } from '../../../support/onnxBuilder.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()
const twice: GraphSpec = {
  inputs: [{ name: 'x', dims: [1] }],
  outputs: [{ name: 'y', dims: [1] }],
  nodes: [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'] }],
}
const feeds = { x: { data: Float32Array.of(3), dims: [1] } }

describe('a network with an idle time', () => {
  it('is loaded again when it is run after that, and keeps counting', async () => {
    const file = await writeOnnx(path.join(folder, 'idle.onnx'), twice)
    const network = await openNetwork(file, { idleSeconds: 0.05 })
    expect(float32Data((await network.run(feeds)).y)).toEqual(Float32Array.of(6))
    await sleep(300)
    expect(float32Data((await network.run(feeds)).y)).toEqual(Float32Array.of(6))
    expect(network.runs).toBe(2)
    await network.release()
    await expect(network.run(feeds)).rejects.toThrow(/released/)
  })

  it('is really gone meanwhile: it notices that its file is another one now', async () => {
    const file = await writeOnnx(path.join(folder, 'changed.onnx'), twice)
    const network = await openNetwork(file, { idleSeconds: 0.05 })
    await writeFile(file, 'something else')
    // Still loaded: the file does not matter.
    expect(float32Data((await network.run(feeds)).y)).toEqual(Float32Array.of(6))
    await sleep(300)
    await expect(network.run(feeds)).rejects.toThrow(/damaged or another version/)
    await writeOnnx(file, twice)
    expect(float32Data((await network.run(feeds)).y)).toEqual(Float32Array.of(6))
    await network.release()
  })

  it('runs on the CPU, and says so, when its provider has gone meanwhile', async () => {
    const other = listedProviders().find(
      (provider) => provider !== 'cpu' && missingFiles(provider, runtimeFolder()).length === 0,
    )
    if (other === undefined) return
    const file = await writeOnnx(path.join(folder, 'gone.onnx'), twice)
    const create = ort.InferenceSession.create.bind(ort.InferenceSession)
    const wanted: unknown[] = []
    const spy = vi.spyOn(ort.InferenceSession, 'create').mockImplementation((model: unknown, options: unknown) => {
      const [first] = (options as ort.InferenceSession.SessionOptions).executionProviders ?? []
      wanted.push(first)
      // There at first, then lost.
      return wanted.length === 2
        ? Promise.reject(new Error('no device'))
        : create(model as string, { executionProviders: ['cpu'] })
    })
    try {
      const network = await openNetwork(file, { provider: other, idleSeconds: 0.05 })
      expect([network.provider, network.providerNote]).toEqual([other, null])
      await sleep(300)
      expect(float32Data((await network.run(feeds)).y)).toEqual(Float32Array.of(6))
      expect(network.provider).toBe('cpu')
      expect(network.providerNote).toBe(`${other} could not be started (no device), so the CPU is used.`)
      // It may be back.
      await sleep(300)
      await network.run(feeds)
      expect([network.provider, network.providerNote]).toEqual([other, null])
      await network.release()
    } finally {
      spy.mockRestore()
    }
  })

  it('stays loaded without one', async () => {
    const file = await writeOnnx(path.join(folder, 'stays.onnx'), twice)
    const network = await openNetwork(file)
    await writeFile(file, 'something else')
    await sleep(200)
    expect(float32Data((await network.run(feeds)).y)).toEqual(Float32Array.of(6))
    await network.release()
  })
})
