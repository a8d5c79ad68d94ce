import { existsSync, readdirSync } from 'node:fs'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import lockfile from 'proper-lockfile'
import { describe, expect, it, vi } from 'vitest'
import { readInstalled } from '../../../../../src/engine/models/install/installed.js'
import { openModels } from '../../../../../src/engine/models/modelStore.js'
import { cutAfter, sendInstead, stallAfter } from '../../../../support/fileServer.js'
import {
  server,
  ENCODER,
  DECODER,
  sha,
  fileOf,
  entry,
  plain,
  packed,
  setUp,
  failure,
  openSegmenterById,
  put,
} from '../../../../support/modelRegistry.js'

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
    await writeFile(path.join(models.folder, 'tiny/fp32/decoder.onnx'), 'corrupt')
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
