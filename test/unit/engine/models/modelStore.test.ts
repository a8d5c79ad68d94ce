import { existsSync, readdirSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ModelVariant } from '../../../../src/shared/modelTypes.js'
import { readInstalled } from '../../../../src/engine/models/install/installed.js'
import { findSegmenter, nameOf } from '../../../../src/engine/models/segmenters.js'
import {
  ENCODER,
  DECODER,
  entry,
  plain,
  setUp,
  failure,
  openSegmenterById,
  put,
} from '../../../support/modelRegistry.js'

describe('installed models', () => {
  it('are verified against their record, and removed for good', async () => {
    const models = await setUp([entry('tiny', [plain])])
    await models.download({ id: 'tiny' })
    expect((await models.verify(null)).map(({ state }) => state)).toEqual(['intact', 'intact'])
    const encoder = path.join(models.folder, 'tiny/fp32/encoder.onnx')
    await writeFile(encoder, Buffer.concat([await readFile(encoder), Buffer.from('x')]))
    await rm(path.join(models.folder, 'tiny/fp32/decoder.onnx'))
    expect((await models.verify({ id: 'tiny' })).map(({ state }) => state)).toEqual(['changed', 'missing'])
    expect((await models.list()).models[0].variants[0].state).toBe('damaged')
    expect((await failure(openSegmenterById('tiny', await models.context()))).message).toMatch(/instead of/)

    expect(await models.remove({ id: 'tiny' })).toEqual([path.join(models.folder, 'tiny/fp32')])
    expect(existsSync(path.join(models.folder, 'tiny/fp32'))).toBe(false)
    expect((await failure(models.remove({ id: 'tiny' }))).message).toContain('not installed')
  })

  it('are not used with other weights beside the graph than they came with', async () => {
    const models = await setUp([])
    const files = await put(models.assets, {
      'w.encoder.onnx': ENCODER,
      'w.decoder.onnx': DECODER,
      'w.encoder.onnx_data': Buffer.from('weights'),
    })
    await models.import({ files, id: 'weighty', normalisation: 'sam' })
    await (await openSegmenterById('weighty', await models.context())).release()
    await writeFile(path.join(models.folder, 'weighty/fp32/w.encoder.onnx_data'), 'others')
    expect((await failure(openSegmenterById('weighty', await models.context()))).message).toMatch(
      /onnx_data has SHA-256.*instead of/,
    )
  })

  it('are found by id, by precision, or by files; others say how to get them', async () => {
    const int8: ModelVariant = { ...plain, precision: 'int8' }
    const models = await setUp([
      entry('tiny', [plain, int8]),
      entry('other', [plain]),
      entry('medsam', [], { origin: 'import', importHint: 'Import it.' }),
    ])
    await models.download({ id: 'tiny', precision: 'int8' })
    const places = await models.context()
    expect((await findSegmenter('tiny', places)).files[0].path).toContain(path.join('tiny', 'int8'))
    expect((await failure(findSegmenter('tiny@fp32', places))).remedy).toEqual({
      option: 'downloadModel',
      id: 'tiny',
      precision: 'fp32',
    })
    await models.download({ id: 'tiny' })
    expect((await findSegmenter('tiny', places)).files[0].path).toContain(path.join('tiny', 'fp32'))
    expect((await findSegmenter('tiny@int8', places)).id).toBe('tiny@int8')
    expect((await findSegmenter('a.onnx,b.onnx,pe.npy', places)).files.map((file) => file.path)).toEqual([
      'a.onnx',
      'b.onnx',
      'pe.npy',
    ])
    const other = await failure(findSegmenter('other', places))
    expect(other.message).toBe('The segmenter "other" is not installed: download it.')
    expect(other.remedy).toEqual({ option: 'downloadModel', id: 'other', precision: null })
    expect((await failure(findSegmenter('medsam', places))).message).toContain('Import it.')
    expect((await failure(findSegmenter('tiny@fp16', places))).message).toMatch(/exists in .*not in fp16/)
    expect((await failure(findSegmenter('what', places))).message).toContain('There is no segmenter "what": use tiny')
  })

  it('with a corrupt record are reported instead of used', async () => {
    const models = await setUp([])
    await mkdir(path.join(models.folder, 'bad/fp32'), { recursive: true })
    await writeFile(path.join(models.folder, 'bad/fp32/model.json'), '{"format": "other"}')
    const { variants, corrupt } = await readInstalled(models.folder)
    expect(variants).toEqual([])
    expect(corrupt.map(({ problem }) => problem)).toEqual([expect.stringContaining('install the model again')])
    expect(await models.list()).toMatchObject({
      problems: corrupt.map(({ problem }) => problem),
      models: [{ id: 'bad', variants: [{ precision: 'fp32', state: 'damaged' }] }],
    })
  })

  it('with a corrupt record fail the check, are not imported over, and can be removed without a file of others', async () => {
    const models = await setUp([entry('tiny', [plain])])
    await models.download({ id: 'tiny' })
    const place = path.join(models.folder, 'tiny/fp32')
    const [record, notes] = await put(place, { 'model.json': Buffer.from('corrupt'), 'notes.txt': Buffer.from('mine') })
    const wrong = {
      id: 'tiny',
      precision: 'fp32',
      path: record,
      state: 'changed',
      problem: expect.stringContaining('remove tiny (fp32) and install the model again'),
    }
    expect(await models.verify(null)).toMatchObject([wrong])
    expect(await models.verify({ id: 'tiny' })).toMatchObject([wrong])
    expect((await models.list()).models[0].variants).toMatchObject([{ precision: 'fp32', state: 'damaged' }])
    const files = await put(models.assets, { 'a.encoder.onnx': ENCODER, 'a.decoder.onnx': DECODER })
    const occupied = await failure(models.import({ files, id: 'tiny' }))
    expect(occupied.message).toContain('remove tiny (fp32)')
    expect(occupied.remedy).toEqual({ option: 'removeModel', id: 'tiny', precision: 'fp32' })

    expect(await models.remove({ id: 'tiny' })).toEqual([place])
    expect(readdirSync(place)).toEqual(['notes.txt'])
    await rm(notes)
    await models.download({ id: 'tiny' })
    await put(place, { 'model.json': Buffer.from('{}') })
    await models.remove({ id: 'tiny' })
    expect(existsSync(path.dirname(place))).toBe(false)
  })

  it('keep what others put beside them when they are removed', async () => {
    const models = await setUp([entry('tiny', [plain])])
    await models.download({ id: 'tiny' })
    const place = path.join(models.folder, 'tiny/fp32')
    await put(place, { 'own.onnx': Buffer.from('mine') })
    await models.remove({ id: 'tiny' })
    expect(readdirSync(place)).toEqual(['own.onnx'])
  })

  it('are named with their precision where the id alone would mean another one', async () => {
    const models = await setUp([entry('tiny', [plain, { ...plain, precision: 'int8' }])])
    const int8 = await models.download({ id: 'tiny', precision: 'int8' })
    expect(await nameOf(int8, models.folder)).toBe('tiny')
    const fp32 = await models.download({ id: 'tiny' })
    expect(await nameOf(int8, models.folder)).toBe('tiny@int8')
    expect(await nameOf(fp32, models.folder)).toBe('tiny')
    // Also one that the registry does not have.
    const files = await put(models.assets, { 'a.encoder.onnx': ENCODER, 'a.decoder.onnx': DECODER })
    const fp16 = await models.import({ files, id: 'tiny', precision: 'fp16' })
    expect((await findSegmenter(await nameOf(fp16, models.folder), await models.context())).files[0].path).toContain(
      path.join('tiny', 'fp16'),
    )
  })
})
