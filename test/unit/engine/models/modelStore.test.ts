import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import lockfile from 'proper-lockfile'
import { describe, expect, it, vi } from 'vitest'
import yazl from 'yazl'
import type { ModelFile, ModelVariant, Registry, SegmenterEntry } from '../../../../src/shared/modelTypes.js'
import { MedlsamError } from '../../../../src/shared/medlsamError.js'
import { readInstalled } from '../../../../src/engine/models/install/installed.js'
import { idOf } from '../../../../src/engine/models/install/importModel.js'
import { openModels, type Models } from '../../../../src/engine/models/modelStore.js'
import type { ModelsContext } from '../../../../src/engine/models/modelsContext.js'
import { findSegmenter, nameOf } from '../../../../src/engine/models/segmenters.js'
import { openSegmenter, type Segmenter } from '../../../../src/engine/sam/segmenter.js'
import { encodeOnnx } from '../../../support/onnxBuilder.js'
import { cutAfter, sendInstead, stallAfter, startFileServer } from '../../../support/fileServer.js'
import { encoderGraph } from '../../../support/exportGraphs.js'
import { samDecoderGraph, samEncoderGraph } from '../../../support/samGraphs.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()
const server = await startFileServer()
const ENCODER = Buffer.from(encodeOnnx(samEncoderGraph()))
const DECODER = Buffer.from(encodeOnnx(samDecoderGraph(4)))
const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const fileOf = (name: string, bytes: Buffer, more: Partial<ModelFile> = {}): ModelFile => ({
  name,
  sizeBytes: bytes.length,
  sha256: sha(bytes),
  url: `${server.url}/${name}`,
  ...more,
})
server.put('/encoder.onnx', ENCODER)
server.put('/decoder.onnx', DECODER)

function entry(id: string, variants: readonly ModelVariant[], more: Partial<SegmenterEntry> = {}): SegmenterEntry {
  return {
    id,
    title: `Tiny ${id}`,
    task: 'segment',
    layout: 'meta',
    inputSizePx: 1024,
    preprocessing: { normalisation: 'minMax', fit: 'stretch' },
    windowHu: { level: 50, width: 500 },
    origin: 'download',
    license: { spdx: 'Apache-2.0', url: 'https://example.org/licence', permissive: true },
    provenance: 'Made for this test.',
    variants,
    ...more,
  }
}

const plain: ModelVariant = {
  precision: 'fp32',
  files: [fileOf('encoder.onnx', ENCODER), fileOf('decoder.onnx', DECODER)],
}
let count = 0

/** Both files in an archive on the server, with one that nobody asked for. */
async function packed(name: string, change: (bytes: Buffer) => Buffer = (bytes) => bytes): Promise<ModelVariant> {
  const zip = new yazl.ZipFile()
  zip.addBuffer(ENCODER, 'inside/encoder.onnx')
  zip.addBuffer(DECODER, 'decoder.onnx')
  zip.addBuffer(Buffer.from('evil'), 'other.txt')
  zip.end()
  const archive = change(await buffer(zip.outputStream))
  server.put(`/${name}`, archive)
  const files = [
    { member: 'encoder.onnx', bytes: ENCODER },
    { member: 'decoder.onnx', bytes: DECODER },
  ]
  return {
    precision: 'fp32',
    files: files.map(({ member, bytes }) => ({
      name: member,
      sizeBytes: bytes.length,
      sha256: sha(bytes),
      archive: { name, member },
    })),
    archives: [{ name, url: `${server.url}/${name}`, sizeBytes: archive.length, sha256: sha(archive) }],
  }
}

/** Models with a registry and a folder of their own. */
async function setUp(
  entries: readonly SegmenterEntry[],
  offline = false,
): Promise<Models & { readonly assets: string }> {
  const assets = path.join(folder, `assets${++count}`)
  await mkdir(assets)
  const registry: Registry = { format: 'medlsam-model-registry', formatVersion: 1, models: [...entries] }
  await writeFile(path.join(assets, 'registry.json'), JSON.stringify(registry))
  return {
    ...openModels(assets, { modelsFolder: path.join(folder, `models${count}`), offline, network: { stallMs: 400 } }),
    assets,
  }
}

async function failure(promise: Promise<unknown>): Promise<MedlsamError> {
  const error: unknown = await promise.then(
    () => null,
    (e: unknown) => e,
  )
  if (error instanceof MedlsamError) return error
  throw new Error(`expected a MedlsamError, got ${String(error)}`)
}

describe('downloading a model', () => {
  it('installs it, with a record of what came from where, and it can be used', async () => {
    const models = await setUp([entry('tiny', [plain])])
    const seen: [number, number][] = []
    const model = await models.download({ id: 'tiny' }, { onBytes: (done, total) => seen.push([done, total]) })
    expect(model).toMatchObject({
      id: 'tiny',
      precision: 'fp32',
      origin: 'download',
      licenseAcceptedAt: null,
      use: { task: 'segment', layout: 'meta', preprocessing: { normalisation: 'minMax', fit: 'stretch' } },
    })
    expect(model.files).toEqual([
      { name: 'encoder.onnx', sizeBytes: ENCODER.length, sha256: sha(ENCODER), trust: 'registry' },
      { name: 'decoder.onnx', sizeBytes: DECODER.length, sha256: sha(DECODER), trust: 'registry' },
    ])
    expect(seen.at(-1)).toEqual([ENCODER.length + DECODER.length, ENCODER.length + DECODER.length])
    expect(readdirSync(path.join(models.folder, 'tiny', 'fp32')).sort()).toEqual([
      'decoder.onnx',
      'encoder.onnx',
      'model.json',
    ])

    const segmenter = await openSegmenterById('tiny', await models.context())
    expect(segmenter).toMatchObject({ id: 'tiny', layout: 'meta', windowHu: { level: 50, width: 500 } })
    await segmenter.release()
    expect((await models.list()).models[0].variants).toMatchObject([
      { precision: 'fp32', state: 'installed', hashesKnown: true },
    ])
  })

  it('asks the server nothing when the model is there already, even offline', async () => {
    const models = await setUp([entry('tiny', [plain])])
    await models.download({ id: 'tiny' })
    const before = server.requests.length
    const offline = openModels(models.assets, { modelsFolder: models.folder, offline: true })
    expect((await offline.download({ id: 'tiny' })).id).toBe('tiny')
    expect(server.requests).toHaveLength(before)
  })

  it('fetches again what is damaged, and only that', async () => {
    const models = await setUp([entry('tiny', [plain])])
    await models.download({ id: 'tiny' })
    await writeFile(path.join(models.folder, 'tiny/fp32/decoder.onnx'), 'spoilt')
    const before = server.requests.length
    await models.download({ id: 'tiny' })
    expect(server.requests.slice(before).map(({ path: asked }) => asked)).toEqual(['/decoder.onnx'])
    expect((await models.verify({ id: 'tiny' })).map(({ state }) => state)).toEqual(['intact', 'intact'])
  })

  it('fetches once when two windows ask at the same time', async () => {
    server.put('/slow.onnx', ENCODER, [stallAfter(1000)])
    const models = await setUp([
      entry('tiny', [{ precision: 'fp32', files: [fileOf('slow.onnx', ENCODER), fileOf('decoder.onnx', DECODER)] }]),
    ])
    const other = openModels(models.assets, { modelsFolder: models.folder, network: { stallMs: 400 } })
    const said: string[] = []
    const onBytes = (_: number, __: number, file: string): void => {
      said.push(file)
    }
    const first = models.download({ id: 'tiny' }, { onBytes })
    const second = other.download({ id: 'tiny' }, { onBytes })
    expect(await second).toEqual(await first)
    expect(said.filter((file) => file.includes('another window'))).toHaveLength(1)
    expect(server.requests.filter(({ path: asked }) => asked === '/slow.onnx').map(({ range }) => range)).toEqual([
      null,
      'bytes=1000-',
    ])
  })

  it('continues after a crash where the last try ended', async () => {
    server.put('/broken.onnx', ENCODER, [cutAfter(1500), cutAfter(0)])
    const models = await setUp([
      entry('tiny', [{ precision: 'fp32', files: [fileOf('broken.onnx', ENCODER), fileOf('decoder.onnx', DECODER)] }]),
    ])
    expect((await failure(models.download({ id: 'tiny' }, { retryPausesMs: [] }))).kind).toBe('model')
    expect((await readInstalled(models.folder)).variants).toEqual([])
    await models.download({ id: 'tiny' })
    expect(server.requests.filter(({ path: asked }) => asked === '/broken.onnx').map(({ range }) => range)).toEqual([
      null,
      'bytes=1500-',
      'bytes=1500-',
    ])
  })

  it('installs nothing when the bytes are wrong', async () => {
    server.put('/wrong.onnx', ENCODER, [sendInstead(Buffer.alloc(ENCODER.length))])
    const models = await setUp([
      entry('tiny', [{ precision: 'fp32', files: [fileOf('wrong.onnx', ENCODER), fileOf('decoder.onnx', DECODER)] }]),
    ])
    expect((await failure(models.download({ id: 'tiny' }))).message).toContain(sha(ENCODER))
    expect(existsSync(path.join(models.folder, 'tiny/fp32/wrong.onnx'))).toBe(false)
    expect((await models.list()).models[0].variants[0].state).toBe('available')
  })

  it('unpacks archives, takes the files it knows, and leaves the archive behind', async () => {
    const variant = await packed('both.zip')
    const { files } = variant
    const models = await setUp([entry('tiny', [variant])])
    await models.download({ id: 'tiny' })
    expect(readdirSync(path.join(models.folder, 'tiny/fp32')).sort()).toEqual([
      'decoder.onnx',
      'encoder.onnx',
      'model.json',
    ])
    expect(server.requests.filter(({ path: asked }) => asked === '/both.zip')).toHaveLength(1)

    const missing = await setUp([
      entry('tiny', [{ ...variant, files: [{ ...files[0], archive: { name: 'both.zip', member: 'none.onnx' } }] }]),
    ])
    expect((await failure(missing.download({ id: 'tiny' }))).message).toMatch(/has no file none\.onnx/)
    const tampered = await setUp([entry('tiny', [{ ...variant, files: [{ ...files[0], sha256: sha(DECODER) }] }])])
    expect((await failure(tampered.download({ id: 'tiny' }))).message).toContain(
      `instead of the published ${sha(DECODER)}`,
    )
  })

  it('asks for the licence unless it is permissive, and records that it was accepted', async () => {
    const license = {
      spdx: 'CC-BY-NC-4.0',
      url: 'https://example.org/nc',
      permissive: false,
      note: 'Not for commercial use.',
    }
    const models = await setUp([entry('tiny', [plain], { license })])
    const error = await failure(models.download({ id: 'tiny' }))
    expect(error.kind).toBe('usage')
    expect(error.message).toMatch(/CC-BY-NC-4\.0, https:\/\/example\.org\/nc.*accepted first.*Not for commercial use/)
    expect(error.remedy).toEqual({ option: 'acceptLicense' })
    const model = await models.download({ id: 'tiny', acceptLicense: true })
    expect(Date.parse(model.licenseAcceptedAt ?? '')).toBeGreaterThan(Date.now() - 60_000)
  })

  it('takes files without a published hash only with consent, and then never others', async () => {
    const unknown = fileOf('unknown.onnx', ENCODER, { sha256: null, sizeBytes: null })
    server.put('/unknown.onnx', ENCODER)
    const models = await setUp([
      entry('tiny', [{ precision: 'fp32', files: [unknown, fileOf('decoder.onnx', DECODER)] }]),
    ])
    expect((await models.list()).models[0].variants).toMatchObject([{ hashesKnown: false, sizeBytes: null }])
    const unverified = await failure(models.download({ id: 'tiny' }))
    expect(unverified.message).toContain('Nobody has published a SHA-256')
    expect(unverified.remedy).toEqual({ option: 'acceptUnverified' })
    const model = await models.download({ id: 'tiny', acceptUnverified: true })
    expect(model.files.map(({ trust }) => trust)).toEqual(['firstUse', 'registry'])
    await models.remove({ id: 'tiny' })
    // The same address brings other bytes now: that is no longer what was trusted.
    server.put('/unknown.onnx', DECODER)
    expect((await failure(models.download({ id: 'tiny', acceptUnverified: true }))).message).toContain(sha(ENCODER))
  })

  it('refuses what is built in, what can only be imported, and everything when offline', async () => {
    const imported = entry('medsam', [], { origin: 'import', importHint: 'Get the checkpoint and import it.' })
    const models = await setUp(
      [entry('tiny', [plain]), entry('builtin', [plain], { origin: 'embedded' }), imported],
      true,
    )
    expect((await failure(models.download({ id: 'builtin' }))).message).toContain('built in')
    expect((await failure(models.download({ id: 'medsam' }))).message).toContain('Get the checkpoint and import it.')
    const offline = await failure(models.download({ id: 'tiny' }))
    expect(offline.message).toMatch(/downloads are turned off/)
    expect(offline.remedy).toEqual({ option: 'offline' })
    expect((await failure(models.download({ id: 'nothing' }))).message).toContain('tiny, builtin, medsam')
    expect((await failure(models.download({ id: 'tiny', precision: 'int8' }))).message).toContain('it has fp32')
  })

  it('does not keep what turns out to be no segmenter, nor touches files of others beside it', async () => {
    const models = await setUp([entry('tiny', [{ precision: 'fp32', files: [fileOf('decoder.onnx', DECODER)] }])])
    const place = path.join(models.folder, 'tiny/fp32')
    await mkdir(place, { recursive: true })
    const [notes] = await put(place, { 'notes.txt': Buffer.from('mine') })
    expect((await failure(models.download({ id: 'tiny' }))).message).toContain('no layout that is known here')
    expect(readdirSync(place)).toEqual(['notes.txt'])
    await rm(notes)
    expect((await failure(models.download({ id: 'tiny' }))).message).toContain('no layout that is known here')
    expect(existsSync(path.join(models.folder, 'tiny', 'fp32'))).toBe(false)
  })

  it('stops when asked to', async () => {
    server.put('/cancel.onnx', ENCODER, [stallAfter(2000)])
    const models = await setUp([
      entry('tiny', [{ precision: 'fp32', files: [fileOf('cancel.onnx', ENCODER), fileOf('decoder.onnx', DECODER)] }]),
    ])
    const abort = new AbortController()
    const error = await failure(
      models.download(
        { id: 'tiny' },
        {
          signal: abort.signal,
          onBytes: (done) => {
            if (done >= 2000) abort.abort()
          },
        },
      ),
    )
    expect(error.kind).toBe('cancelled')
    expect((await models.download({ id: 'tiny' })).id).toBe('tiny')
  })

  it('installs nothing when it is stopped after the last byte', async () => {
    const models = await setUp([entry('tiny', [plain]), entry('packed', [await packed('stopped.zip')])])
    for (const id of ['tiny', 'packed']) {
      const abort = new AbortController()
      const error = await failure(
        models.download(
          { id },
          {
            signal: abort.signal,
            onBytes: (done, total) => {
              if (done === total) abort.abort()
            },
          },
        ),
      )
      expect([id, error.kind]).toEqual([id, 'cancelled'])
    }
    expect((await readInstalled(models.folder)).variants).toEqual([])
    expect((await models.download({ id: 'packed' })).id).toBe('packed')
  })

  it('answers from a folder that may only be read when the model is there, and says so when it is not', async () => {
    const models = await setUp([entry('tiny', [plain]), entry('other', [plain])])
    const files = await put(models.assets, { 'a.encoder.onnx': ENCODER, 'a.decoder.onnx': DECODER })
    await models.download({ id: 'tiny' })
    const lock = vi
      .spyOn(lockfile, 'lock')
      .mockRejectedValue(Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' }))
    try {
      expect((await models.download({ id: 'tiny' })).id).toBe('tiny')
      for (const ask of [
        () => models.download({ id: 'other' }),
        () => models.import({ files, id: 'mine', normalisation: 'sam' }),
      ]) {
        const { kind, message } = await failure(ask())
        expect(kind).toBe('output')
        expect(message).toMatch(/cannot be written: its disk is read-only; choose another one\.$/)
      }
    } finally {
      lock.mockRestore()
    }
  })

  it.skipIf(!existsSync('/dev/full'))(
    'says that the disk is full when an archive cannot be unpacked for that',
    async () => {
      const models = await setUp([entry('tiny', [await packed('full.zip')])])
      const part = path.join(models.folder, 'tiny/fp32/encoder.onnx.part')
      await mkdir(path.dirname(part), { recursive: true })
      await symlink('/dev/full', part)
      const { kind, message } = await failure(models.download({ id: 'tiny' }))
      expect(kind).toBe('output')
      expect(message).toMatch(/encoder\.onnx\.part cannot be written: the disk is full/)
      expect(existsSync(part)).toBe(false)
      expect((await models.download({ id: 'tiny' })).id).toBe('tiny')
    },
  )

  it('says that an archive is damaged when it is', async () => {
    const variant = await packed('broken.zip', (bytes) =>
      Buffer.concat([bytes.subarray(0, 60), Buffer.alloc(20, 7), bytes.subarray(80)]),
    )
    const { kind, message } = await failure((await setUp([entry('tiny', [variant])])).download({ id: 'tiny' }))
    expect([kind, message]).toEqual([
      'model',
      expect.stringMatching(/broken\.zip\.part cannot be unpacked .*download it again/),
    ])
  })
})

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
    const source = path.resolve(import.meta.dirname, '../../../../models')
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

  it('with a spoilt record are reported instead of used', async () => {
    const models = await setUp([])
    await mkdir(path.join(models.folder, 'bad/fp32'), { recursive: true })
    await writeFile(path.join(models.folder, 'bad/fp32/model.json'), '{"format": "other"}')
    const { variants, spoilt } = await readInstalled(models.folder)
    expect(variants).toEqual([])
    expect(spoilt.map(({ problem }) => problem)).toEqual([expect.stringContaining('install the model again')])
    expect(await models.list()).toMatchObject({
      problems: spoilt.map(({ problem }) => problem),
      models: [{ id: 'bad', variants: [{ precision: 'fp32', state: 'damaged' }] }],
    })
  })

  it('with a spoilt record fail the check, are not imported over, and can be removed without a file of others', async () => {
    const models = await setUp([entry('tiny', [plain])])
    await models.download({ id: 'tiny' })
    const place = path.join(models.folder, 'tiny/fp32')
    const [record, notes] = await put(place, { 'model.json': Buffer.from('spoilt'), 'notes.txt': Buffer.from('mine') })
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

async function openSegmenterById(id: string, context: ModelsContext): Promise<Segmenter> {
  const { files, ...source } = await findSegmenter(id, context)
  return openSegmenter(files, source)
}

async function put(into: string, files: Readonly<Record<string, Buffer>>): Promise<string[]> {
  for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(into, name), bytes)
  return Object.keys(files).map((name) => path.join(into, name))
}
