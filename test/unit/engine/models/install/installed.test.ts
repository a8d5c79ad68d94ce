import { existsSync, readdirSync } from 'node:fs'
import { copyFile, cp, mkdir, open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { MedlsamError } from '../../../../../src/shared/medlsamError.js'
import { closeMedlamModel, openMedlamModel } from '../../../../../src/engine/medlam/model.js'
import { findLocalizer } from '../../../../../src/engine/models/localizers.js'
import { openModels, type Models } from '../../../../../src/engine/models/modelStore.js'
import { findSegmenter } from '../../../../../src/engine/models/segmenters.js'
import { openSegmenter } from '../../../../../src/engine/sam/segmenter.js'
import { writeEmptyCheckpoint } from '../../../../support/emptyCheckpoint.js'
import { tempFolder } from '../../../../support/tempFolder.js'

const folder = tempFolder()
const assets = path.join(folder, 'assets')
const skeleton = (name: string): string => path.resolve('models/skeletons', name)
let models: Models

async function failure(promise: Promise<unknown>): Promise<MedlsamError> {
  const error: unknown = await promise.then(
    () => null,
    (e: unknown) => e,
  )
  if (error instanceof MedlsamError) return error
  throw new Error(`expected a MedlsamError, got ${String(error)}`)
}

beforeAll(async () => {
  await mkdir(assets)
  await copyFile(path.resolve('models/registry.json'), path.join(assets, 'registry.json'))
  await cp(path.resolve('models/skeletons'), path.join(assets, 'skeletons'), { recursive: true })
  models = openModels(assets, { modelsFolder: path.join(folder, 'models') })
})

describe('importing a checkpoint of the published MedLAM', () => {
  it('makes a localizer with a card that opens, verifies and can be removed', async () => {
    const file = await writeEmptyCheckpoint(path.join(folder, 'medlam.safetensors'), skeleton('medlam'))
    const seen: string[] = []
    const model = await models.import(
      { files: [file] },
      {
        onBytes: (done, total, what) => {
          if (done === total) seen.push(what)
        },
      },
    )
    expect(model).toMatchObject({
      id: 'medlam',
      title: 'MedLAM (published checkpoint)',
      origin: 'import',
      use: { task: 'localize', card: 'medlam.json' },
    })
    expect(model.provenance).toMatch(/medlam\.safetensors \(\d+ bytes, SHA-256 [0-9a-f]{64}\)/)
    expect(model.license?.permissive).toBe(false)
    expect(seen).toEqual(['medlam.safetensors', 'ONNX files'])

    const card = await findLocalizer('medlam', await models.context())
    expect(card).toBe(path.join(models.folder, 'medlam/fp32/medlam.json'))
    const opened = await openMedlamModel(card, path.resolve('models/correlate.onnx'))
    expect(opened.card).toMatchObject({
      kind: 'patch',
      patchVoxels: 64,
      paddingVoxels: 32,
      spacingMm: 3,
      rangeMm: [1500, 600, 600],
    })
    expect(opened.features.outputs.map(({ dims }) => dims)).toEqual([
      [1, 96, 16, 16, 16],
      [1, 96, 32, 32, 32],
      [1, 96, 64, 64, 64],
    ])
    await closeMedlamModel(opened)

    expect((await models.verify({ id: 'medlam' })).map(({ state }) => state)).toEqual([
      'intact',
      'intact',
      'intact',
      'intact',
    ])
    const weights = await open(path.join(path.dirname(card), 'weights.data'), 'r+')
    await weights.write(Buffer.of(1), 0, 1, 4096)
    await weights.close()
    expect(
      (await models.verify({ id: 'medlam' }))
        .filter(({ state }) => state === 'changed')
        .map((found) => path.basename(found.path)),
    ).toEqual(['weights.data'])
    const damaged = await failure(openMedlamModel(card, path.resolve('models/correlate.onnx')))
    expect(damaged.message).toMatch(/weights\.data has SHA-256 .* damaged or another version/)

    await models.remove({ id: 'medlam' })
    expect(existsSync(path.dirname(card))).toBe(false)
  })

  it('stops when asked to and leaves nothing', async () => {
    const file = await writeEmptyCheckpoint(path.join(folder, 'stop.safetensors'), skeleton('medlam'))
    for (const stage of ['stop.safetensors', 'ONNX files']) {
      const abort = new AbortController()
      const error = await failure(
        models.import(
          { files: [file], id: 'stopped' },
          {
            signal: abort.signal,
            onBytes: (_, __, what) => {
              if (what === stage) abort.abort()
            },
          },
        ),
      )
      expect(error.kind).toBe('cancelled')
      expect(
        existsSync(path.join(models.folder, 'stopped')) ? readdirSync(path.join(models.folder, 'stopped')) : [],
      ).toEqual([])
    }
  })
})

describe('importing a checkpoint with the tensors of SAM ViT-B', () => {
  it('makes a segmenter with the pictures that MedSAM wants, known by its layout', async () => {
    const file = await writeEmptyCheckpoint(path.join(folder, 'medsam_vit_b.safetensors'), skeleton('sam-vit-b'))
    const model = await models.import({ files: [file] })
    expect(model).toMatchObject({
      id: 'medsam-vit-b',
      title: 'MedSAM ViT-B',
      license: { spdx: 'Apache-2.0' },
      use: { task: 'segment', layout: 'meta', preprocessing: { normalisation: 'minMax', fit: 'stretch' } },
    })
    const { files, ...source } = await findSegmenter('medsam-vit-b', await models.context())
    const segmenter = await openSegmenter(files, source)
    expect(segmenter.networks.map(({ inputs }) => inputs.map(({ name }) => name))).toEqual([
      ['image'],
      ['image_embeddings', 'point_coords', 'point_labels', 'mask_input', 'has_mask_input', 'orig_im_size'],
    ])
    expect(segmenter.networks[1].outputs.find(({ name }) => name === 'low_res_masks')?.dims).toEqual([1, 4, 256, 256])
    await segmenter.release()
  })

  it.each([
    [
      'under a name that says neither SAM nor MedSAM',
      'weights.safetensors',
      {},
      /under the id sam-vit-b or medsam-vit-b/,
    ],
    [
      'as another model of the registry',
      'sam.safetensors',
      { id: 'slimsam-77-boxes' },
      /is not the model "slimsam-77-boxes"/,
    ],
    ['as a built-in one', 'sam.safetensors', { id: 'mobilesam' }, /is not the model "mobilesam"/],
    ['in another precision', 'sam.safetensors', { precision: 'int8' as const }, /leave the precision out/],
  ])('is refused %s', async (_, name, more, sentence) => {
    const file = await writeEmptyCheckpoint(path.join(folder, name), skeleton('sam-vit-b'))
    const error = await failure(models.import({ files: [file], ...more }))
    expect([error.kind, error.file]).toEqual(['usage', file])
    expect(error.message).toMatch(sentence)
  })

  it('is refused together with other files', async () => {
    expect((await failure(models.import({ files: ['a.pth', 'b.onnx'] }))).message).toMatch(
      /a\.pth is a checkpoint, which is imported by itself/,
    )
  })
})

it('says of the card where the weights came from', async () => {
  const file = await writeEmptyCheckpoint(path.join(folder, 'again.safetensors'), skeleton('medlam'))
  await models.import({ files: [file], id: 'mine' })
  const card = JSON.parse(await readFile(path.join(models.folder, 'mine/fp32/medlam.json'), 'utf8')) as {
    id: string
    provenance: unknown
  }
  expect(card.id).toBe('mine')
  expect(card.provenance).toEqual({
    importedFrom: 'again.safetensors',
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    tool: expect.stringContaining('medlsam'),
  })
})
