import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { importCheckpoint, type ImportedModel, type ImportOptions } from '../../../../src/engine/models/import/importCheckpoint.js'
import { compareWithReference, PYTHON, writeReference } from '../../../support/importReference.js'
import { tempFolder } from '../../../support/tempFolder.js'

const FIXTURES = path.resolve('test/fixtures/import')
const ARCHITECTURES = ['sam-tiny', 'medlam-tiny'] as const
const folder = tempFolder()
let count = 0

function importInto(reference: string, file: string, options: ImportOptions = {}): Promise<ImportedModel> {
  return importCheckpoint(path.join(reference, file), path.join(folder, `model-${count++}`), path.join(reference, 'skeleton'), options)
}

async function expectSameNumbers(reference: string, onnxFolder: string): Promise<void> {
  const comparisons = await compareWithReference(path.join(reference, 'reference.json'), onnxFolder)
  expect(comparisons.length).toBeGreaterThan(1)
  for (const comparison of comparisons) {
    // Outputs that are all alike would compare well whatever the weights.
    expect(comparison.largest).toBeGreaterThan(0.1)
    expect(comparison.largestDifference, JSON.stringify(comparison)).toBeLessThan(1e-4)
  }
}

describe.each(ARCHITECTURES)('a %s checkpoint kept here, imported', (architecture) => {
  const reference = path.join(FIXTURES, architecture)

  it('computes what PyTorch computed', async () => {
    const model = await importInto(reference, 'half.pth', { kind: architecture === 'medlam-tiny' ? 'medlam' : 'medsam' })
    await expectSameNumbers(reference, model.folder)
  })
})

describe.skipIf(PYTHON === null).each(ARCHITECTURES)('a random %s checkpoint, fresh from PyTorch', (architecture) => {
  const reference = path.join(folder, architecture)
  const kind = architecture === 'medlam-tiny' ? 'medlam' : 'sam'
  let plain: ImportedModel

  beforeAll(async () => {
    writeReference(PYTHON ?? '', reference, architecture, true)
    plain = await importInto(reference, 'plain.pth', { kind })
  })

  it('computes the same when imported as in PyTorch', async () => {
    await expectSameNumbers(reference, plain.folder)
  })

  it('computes the same when PyTorch exports it to ONNX', async () => {
    await expectSameNumbers(reference, path.join(reference, 'exported'))
  })

  it.each(['half.pth', 'bfloat16.pth', 'parameters.pth', 'nested.pth', 'strided.pth', 'weights.safetensors'])('gives the same weights when saved as %s', async (file) => {
    const model = await importInto(reference, file, { kind })
    const weights = ({ files }: ImportedModel): string | undefined => files.find(({ name }) => name === 'weights.data')?.sha256
    expect(weights(model)).toBe(weights(plain))
    expect(model.source.sha256).toBe(createHash('sha256').update(readFileSync(path.join(reference, file))).digest('hex'))
  })

  it('is written the same, byte by byte, a second time', async () => {
    const again = await importInto(reference, 'plain.pth', { kind })
    expect(again.files).toEqual(plain.files)
    for (const { name, sizeBytes, sha256 } of plain.files) {
      const bytes = readFileSync(path.join(again.folder, name))
      expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([sizeBytes, sha256])
    }
  })

  it('is refused in the format of old PyTorch, with what to do', async () => {
    await expect(importInto(reference, 'legacy.pth', { kind })).rejects.toMatchObject({ kind: 'model', message: expect.stringMatching(/before 1\.6: save it again with a newer one/) })
    expect(existsSync(path.join(folder, `model-${count - 1}`))).toBe(false)
  })
})
