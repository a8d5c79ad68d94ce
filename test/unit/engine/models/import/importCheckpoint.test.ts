import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openImport, type ImportedFiles } from '../../../../../src/engine/models/import/importCheckpoint.js'
import { compareWithReference, PYTHON, writeReference } from '../../../../support/importReference.js'
import { tempFolder } from '../../../../support/tempFolder.js'

const FIXTURES = path.resolve('test/fixtures/import')
const ARCHITECTURES = ['sam-tiny', 'medlam-tiny'] as const
const folder = tempFolder()
let count = 0

interface Imported extends ImportedFiles {
  readonly folder: string
}

async function importInto(reference: string, file: string): Promise<Imported> {
  const source = await openImport(path.join(reference, file), path.join(reference, 'skeleton'))
  try {
    const target = path.join(folder, `model-${count++}`)
    return { ...(await source.write(target, { id: 'imported' })), folder: target }
  } finally {
    await source.close()
  }
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
    const model = await importInto(reference, 'half.pth')
    await expectSameNumbers(reference, model.folder)
  })
})

// scripts/check-import.ts does it for networks of full size, which take minutes and 2.5 GB.
describe.skipIf(PYTHON === null).each(ARCHITECTURES)('a random %s checkpoint, fresh from PyTorch', (architecture) => {
  const reference = path.join(folder, architecture)
  let plain: Imported

  beforeAll(async () => {
    writeReference(PYTHON ?? '', reference, architecture, true)
    plain = await importInto(reference, 'plain.pth')
  })

  it('computes the same when imported as in PyTorch', async () => {
    await expectSameNumbers(reference, plain.folder)
  })

  it('computes the same when PyTorch exports it to ONNX', async () => {
    await expectSameNumbers(reference, path.join(reference, 'exported'))
  })

  it.each(['half.pth', 'bfloat16.pth', 'parameters.pth', 'nested.pth', 'strided.pth', 'weights.safetensors'])(
    'gives the same weights when saved as %s',
    async (file) => {
      const model = await importInto(reference, file)
      const weights = ({ files }: Imported): string | undefined =>
        files.find(({ name }) => name === 'weights.data')?.sha256
      expect(weights(model)).toBe(weights(plain))
      expect(model.source.sha256).toBe(
        createHash('sha256')
          .update(readFileSync(path.join(reference, file)))
          .digest('hex'),
      )
    },
  )

  it('is written the same, byte by byte, a second time', async () => {
    const again = await importInto(reference, 'plain.pth')
    expect(again.files).toEqual(plain.files)
    for (const { name, sizeBytes, sha256 } of plain.files) {
      const bytes = readFileSync(path.join(again.folder, name))
      expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([sizeBytes, sha256])
    }
  })

  it('is refused in the format of old PyTorch, with what to do', async () => {
    await expect(importInto(reference, 'legacy.pth')).rejects.toMatchObject({
      kind: 'model',
      message: expect.stringMatching(/before 1\.6: save it again with a newer one/),
    })
  })
})
