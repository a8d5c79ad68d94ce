import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { float32Data } from '../../../src/engine/runtime/network.js'
import { openNetwork } from '../../../src/engine/runtime/onnx.js'
import { writeOnnx, type GraphSpec } from '../../support/onnxBuilder.js'
import { tempFolder } from '../../support/tempFolder.js'

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

  it('stays loaded without one', async () => {
    const file = await writeOnnx(path.join(folder, 'stays.onnx'), twice)
    const network = await openNetwork(file)
    await writeFile(file, 'something else')
    await sleep(200)
    expect(float32Data((await network.run(feeds)).y)).toEqual(Float32Array.of(6))
    await network.release()
  })
})
