import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openMedlamModel, readModelCard } from '../../../../src/engine/medlam/model.js'
import { writeOnnx } from '../../../support/onnxBuilder.js'
import { tempFolder } from '../../../support/tempFolder.js'

const CORRELATE = path.resolve('models/correlate.onnx')

async function modelFolder(outputName = 'position'): Promise<{ folder: string; card: string }> {
  const folder = tempFolder()
  const network = path.join(folder, 'net.onnx')
  await writeOnnx(network, {
    inputs: [{ name: 'volume', dims: [1, 1, 'd', 'h', 'w'] }],
    outputs: [{ name: outputName, dims: [1, 1, 'd', 'h', 'w'] }],
    nodes: [{ op: 'Relu', inputs: ['volume'], outputs: [outputName] }],
  })
  const sha256 = createHash('sha256')
    .update(await readFile(network))
    .digest('hex')
  const card = path.join(folder, 'card.json')
  await writeFile(
    card,
    JSON.stringify({
      format: 'medlam-model',
      formatVersion: 1,
      id: 'tiny',
      kind: 'dense',
      spacingMm: 3,
      huKnots: [
        [-1000, 0],
        [1000, 1],
      ],
      rangeMm: [1500, 600, 600],
      paddingVoxels: 0,
      position: {
        file: 'net.onnx',
        sha256,
        input: 'volume',
        output: 'position',
        multipleOf: 8,
        strideVoxels: 8,
        offsetVoxels: 3.5,
      },
      features: {
        file: 'net.onnx',
        sha256,
        input: 'volume',
        multipleOf: 8,
        haloVoxels: 0,
        outputs: [{ name: 'position', strideVoxels: 1, offsetVoxels: 0, channels: 1, kernelSide: 1 }],
      },
    }),
  )
  return { folder, card }
}

describe('MedLAM model cards', () => {
  it('open the networks they name', async () => {
    const { card } = await modelFolder()
    const model = await openMedlamModel(card, CORRELATE)
    expect(model.card.id).toBe('tiny')
    expect(model.hash).toMatch(/^[0-9a-f]{64}$/)
  })

  it('are refused when they are missing, no JSON, or not a card', async () => {
    const folder = tempFolder()
    const file = path.join(folder, 'card.json')
    await expect(readModelCard(file)).rejects.toMatchObject({ kind: 'model', message: expect.stringContaining(file) })
    await writeFile(file, 'not json')
    await expect(readModelCard(file)).rejects.toMatchObject({
      kind: 'model',
      message: expect.stringContaining('not JSON'),
    })
    await writeFile(file, '{"format":"medlam-model"}')
    await expect(readModelCard(file)).rejects.toMatchObject({
      kind: 'model',
      message: expect.stringContaining('not valid'),
    })
  })

  it('are refused when HU knots do not grow', async () => {
    const { card } = await modelFolder()
    const text = (await readFile(card, 'utf8')).replace('[[-1000,0],[1000,1]]', '[[1000,0],[-1000,1]]')
    await writeFile(card, text)
    await expect(readModelCard(card)).rejects.toMatchObject({
      kind: 'model',
      message: expect.stringContaining('huKnots'),
    })
  })

  it('notice a network with another hash, one cut short, and another model', async () => {
    const changed = await modelFolder()
    const network = path.join(changed.folder, 'net.onnx')
    const bytes = await readFile(network)
    await writeFile(network, bytes.subarray(0, bytes.length - 9))
    await expect(openMedlamModel(changed.card, CORRELATE)).rejects.toMatchObject({
      kind: 'model',
      message: expect.stringContaining('SHA-256'),
    })

    const cut = bytes.subarray(0, bytes.length - 9)
    const rehashed = (await readFile(changed.card, 'utf8')).replaceAll(
      /"sha256":"[0-9a-f]{64}"/g,
      `"sha256":"${createHash('sha256').update(cut).digest('hex')}"`,
    )
    await writeFile(changed.card, rehashed)
    await expect(openMedlamModel(changed.card, CORRELATE)).rejects.toMatchObject({
      kind: 'model',
      message: expect.stringContaining(network),
    })

    const other = await modelFolder('something')
    await expect(openMedlamModel(other.card, CORRELATE)).rejects.toMatchObject({
      kind: 'model',
      message: expect.stringContaining('lacks position'),
    })
  })
})
