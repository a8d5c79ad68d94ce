import { existsSync, readdirSync } from 'node:fs'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readInstalled } from '../../../../../src/engine/models/install/installed.js'
import { idOf } from '../../../../../src/engine/models/install/importModel.js'
import { encodeOnnx } from '../../../../support/onnxBuilder.js'
import { cutAfter } from '../../../../support/fileServer.js'
import { encoderGraph } from '../../../../support/exportGraphs.js'
import {
  folder,
  server,
  ENCODER,
  DECODER,
  fileOf,
  entry,
  plain,
  setUp,
  failure,
  openSegmenterById,
  put,
} from '../../../../support/modelRegistry.js'

describe('importing a model', () => {
  it('copies finished files, recognises them, and registers them under an id', async () => {
    const models = await setUp([])
    const source = path.join(folder, 'mine')
    await mkdir(source, { recursive: true })
    const [encoder, decoder] = [path.join(source, 'My_SAM.encoder.onnx'), path.join(source, 'My_SAM.decoder.onnx')]
    await writeFile(encoder, ENCODER)
    await writeFile(decoder, DECODER)
    const model = await models.import({ files: [encoder, decoder], normalisation: 'minMax', fit: 'stretch' })
    expect(model).toMatchObject({
      id: 'my_sam',
      origin: 'import',
      license: null,
      use: { layout: 'meta', preprocessing: { normalisation: 'minMax', fit: 'stretch' } },
    })
    expect(model.files.map(({ trust }) => trust)).toEqual(['user', 'user'])
    expect((await models.list()).models).toMatchObject([
      { id: 'my_sam', origin: 'import', layout: 'meta', variants: [{ state: 'installed' }] },
    ])
    await rm(source, { recursive: true })
    const segmenter = await openSegmenterById('my_sam', await models.context())
    expect(segmenter.layout).toBe('meta')
    await segmenter.release()
    expect((await failure(models.import({ files: [encoder], id: 'my_sam' }))).message).toContain('remove it first')
  })

  it('does not guess whether pictures are those of SAM or of MedSAM', async () => {
    const models = await setUp([])
    const files = await put(models.assets, { 'medsam_encoder.onnx': ENCODER, 'medsam_decoder.onnx': DECODER })
    const error = await failure(models.import({ files }))
    expect([error.kind, error.remedy]).toEqual(['usage', { option: 'normalisation' }])
    expect(error.message).toMatch(
      /^From medsam_encoder\.onnx, medsam_decoder\.onnx SAM cannot be told .*say how they were prepared/,
    )
    expect(existsSync(path.join(models.folder, 'medsam', 'fp32'))).toBe(false)
    expect((await models.import({ files, normalisation: 'minMax' })).use).toMatchObject({
      preprocessing: { normalisation: 'minMax', fit: 'stretch' },
    })
    expect((await models.import({ files, normalisation: 'sam', id: 'sam' })).use).toMatchObject({
      preprocessing: { normalisation: 'sam', fit: 'pad' },
    })
    expect((await models.import({ files, normalisation: 'sam', fit: 'stretch', id: 'odd' })).use).toMatchObject({
      preprocessing: { normalisation: 'sam', fit: 'stretch' },
    })
    expect((await models.list()).models.map(({ id, preprocessing }) => [id, preprocessing?.normalisation])).toEqual([
      ['medsam', 'minMax'],
      ['odd', 'sam'],
      ['sam', 'sam'],
    ])
  })

  it('refuses what contradicts the graphs, and records what is so', async () => {
    const models = await setUp([entry('known', [plain])])
    const hwc = Buffer.from(
      encodeOnnx(
        encoderGraph(
          [{ name: 'input_image', dims: ['height', 'width', 3] }],
          [{ name: 'image_embeddings', dims: [1, 256, 64, 64] }],
        ),
      ),
    )
    const files = await put(models.assets, { 'x.encoder.onnx': hwc, 'x.decoder.onnx': DECODER })
    const error = await failure(models.import({ files, normalisation: 'minMax' }))
    expect([error.kind, error.message]).toEqual([
      'usage',
      expect.stringMatching(/layout samexporter.*normalisation inside and fit pad: leave that out/),
    ])
    expect((await failure(models.import({ files, fit: 'stretch' }))).kind).toBe('usage')
    expect((await models.import({ files, normalisation: 'inside' })).use).toMatchObject({
      layout: 'samexporter',
      preprocessing: { normalisation: 'inside', fit: 'pad' },
    })
    // The registry's word is on the layout that it expects.
    expect((await models.import({ files, id: 'known' })).use).toMatchObject({
      layout: 'samexporter',
      preprocessing: { normalisation: 'inside', fit: 'pad' },
    })
  })

  it('takes a localizer only with the networks that its card names', async () => {
    const models = await setUp([])
    const source = path.resolve(import.meta.dirname, '../../../../../models')
    const [card, position, features] = [
      'medlam-small.json',
      'medlam-small-position.onnx',
      'medlam-small-features.onnx',
    ].map((name) => path.join(source, name))
    expect((await failure(models.import({ files: [card] }))).message).toMatch(
      /medlam-small\.json names medlam-small-position\.onnx, which is not among the files/,
    )
    const wrong = path.join(models.assets, path.basename(features))
    await copyFile(position, wrong)
    expect((await failure(models.import({ files: [card, position, wrong] }))).message).toMatch(
      /^medlam-small-features\.onnx has SHA-256 .* instead of .*medlam-small\.json names/,
    )
    expect((await failure(models.import({ files: [card, position, features], normalisation: 'sam' }))).kind).toBe(
      'usage',
    )
    expect((await models.import({ files: [card, position, features] })).use).toEqual({
      task: 'localize',
      card: 'medlam-small.json',
    })
  })

  it('takes names in capitals', async () => {
    const models = await setUp([])
    const files = await put(models.assets, { 'SAM_ENCODER.ONNX': ENCODER, 'SAM_DECODER.ONNX': DECODER })
    expect((await models.import({ files, normalisation: 'sam' })).id).toBe('sam')
    await (await openSegmenterById('sam', await models.context())).release()
    const [weights] = await put(models.assets, { 'only.ONNX_DATA': DECODER })
    expect((await failure(models.import({ files: [weights] }))).message).toMatch(
      /no network \(\.onnx\) among only\.ONNX_DATA/,
    )
  })

  it('clears away the rest of a download, but no file of others', async () => {
    server.put('/rest.onnx', ENCODER, [cutAfter(1500), cutAfter(0)])
    const models = await setUp([
      entry('tiny', [{ precision: 'fp32', files: [fileOf('decoder.onnx', DECODER), fileOf('rest.onnx', ENCODER)] }]),
    ])
    await failure(models.download({ id: 'tiny' }, { retryPausesMs: [] }))
    const place = path.join(models.folder, 'tiny/fp32')
    expect(readdirSync(place).sort()).toEqual(['decoder.onnx', 'rest.onnx.part', 'rest.onnx.part.etag'])
    const files = await put(models.assets, { 'a.encoder.onnx': ENCODER, 'a.decoder.onnx': DECODER })
    const [notes] = await put(place, { 'notes.txt': Buffer.from('mine') })
    expect((await failure(models.import({ files, id: 'tiny' }))).message).toMatch(
      /fp32 holds files that belong to no installed model: move them away/,
    )
    expect(await readFile(notes, 'utf8')).toBe('mine')
    await rm(notes)
    await models.import({ files, id: 'tiny' })
    expect(readdirSync(place).sort()).toEqual(['a.decoder.onnx', 'a.encoder.onnx', 'model.json'])
  })

  it("takes the registry's word on what a graph cannot tell", async () => {
    const models = await setUp([entry('medsam', [], { origin: 'import', importHint: 'Import it.' })])
    const files = await put(models.assets, { 'a.encoder.onnx': ENCODER, 'a.decoder.onnx': DECODER })
    expect((await models.import({ files, id: 'medsam' })).use).toMatchObject({
      preprocessing: { normalisation: 'minMax', fit: 'stretch' },
      windowHu: { level: 50, width: 500 },
    })
    expect((await models.list()).models).toMatchObject([
      { id: 'medsam', origin: 'import', variants: [{ state: 'installed' }] },
    ])
  })

  it('says where the files came from and what the user calls them, not what the registry says of others', async () => {
    const models = await setUp([
      entry('tiny', [plain]),
      entry('medsam', [], { origin: 'import', importHint: 'Import it.' }),
    ])
    const files = await put(models.assets, { 'a.encoder.onnx': ENCODER, 'a.decoder.onnx': DECODER })
    await models.import({ files, id: 'tiny', title: 'My own' })
    await models.import({ files, id: 'medsam' })
    expect((await models.list()).models).toMatchObject([
      { id: 'tiny', title: 'My own', provenance: 'Imported from a.encoder.onnx, a.decoder.onnx.' },
      {
        id: 'medsam',
        title: 'Tiny medsam',
        provenance: 'Imported from a.encoder.onnx, a.decoder.onnx. Made for this test.',
      },
    ])
    await models.remove({ id: 'tiny' })
    expect((await models.list()).models[0]).toMatchObject({ title: 'Tiny tiny', provenance: 'Made for this test.' })
  })

  it.each([
    ['a file that is not there', ['none.onnx'], {}, /does not exist/],
    ['a file that is no model', ['text.txt'], {}, /no file of a model/],
    ['half a model', ['a.encoder.onnx'], {}, /no layout that is known here.*: a\.encoder\.onnx takes/],
    ['broken files', ['broken.onnx'], {}, /The model file broken\.onnx is not a usable ONNX file/],
    ['an odd id', ['a.encoder.onnx'], { id: '../up' }, /cannot be an id/],
    ['a built-in id', ['a.encoder.onnx'], { id: 'builtin' }, /built in/],
  ])('refuses %s and leaves nothing behind', async (_, names, more, sentence) => {
    const models = await setUp([entry('builtin', [plain], { origin: 'embedded' })])
    await put(models.assets, {
      'a.encoder.onnx': ENCODER,
      'text.txt': Buffer.from('hello'),
      'broken.onnx': ENCODER.subarray(0, 100),
    })
    expect(
      (await failure(models.import({ files: names.map((name) => path.join(models.assets, name)), ...more }))).message,
    ).toMatch(sentence)
    expect((await readInstalled(models.folder)).variants).toEqual([])
    expect(existsSync(path.join(models.folder, 'a', 'fp32'))).toBe(false)
  })

  it.each([
    ['sam_vit_b_01ec64.encoder.onnx', 'sam_vit_b_01ec64'],
    ['mobile_sam_image_encoder.onnx', 'mobile_sam'],
    ['LiteMedSAM_prompt_encoder.onnx', 'litemedsam'],
    ['models/Slim SAM/vision_encoder_quantized.onnx', 'slim-sam'],
    ['efficient_sam_vitt.onnx', 'efficient_sam_vitt'],
  ])('makes an id of %s', (file, id) => {
    expect(idOf(file)).toBe(id)
  })
})
