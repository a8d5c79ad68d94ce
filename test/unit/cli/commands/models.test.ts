import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { installedModelSchema } from '../../../../src/shared/modelTypes.js'
import { sidecarSchema } from '../../../../src/shared/sidecar.js'
import { cliIsBuilt, runCli } from '../../../support/cli.js'
import { serve, startFileServer, type Answer } from '../../../support/fileServer.js'
import { writeOnnx } from '../../../support/onnxBuilder.js'
import { samDecoderGraph, samEncoderGraph } from '../../../support/samGraphs.js'
import { tempFolder } from '../../../support/tempFolder.js'
import { writeTinyModels, writeTinyScan } from '../../../support/tinyModels.js'

const folder = tempFolder()
const at = (name: string): string => path.join(folder, name)
const env = { MEDLSAM_MODELS_FOLDER: at('models'), XDG_CACHE_HOME: at('cache') }

describe.skipIf(!cliIsBuilt)('medlsam models', () => {
  beforeAll(async () => {
    await mkdir(folder, { recursive: true })
    await writeOnnx(at('tiny.encoder.onnx'), samEncoderGraph())
    await writeOnnx(at('tiny.decoder.onnx'), samDecoderGraph(4))
  })

  it('imports, lists, verifies, segments with, and removes a segmenter', async () => {
    const imported = await runCli(
      [
        'models',
        'import',
        at('tiny.encoder.onnx'),
        at('tiny.decoder.onnx'),
        '--title',
        'Tiny',
        '--normalisation',
        'sam',
        '--json',
      ],
      env,
    )
    expect(imported).toMatchObject({ code: 0, stderr: '' })
    expect(installedModelSchema.parse(JSON.parse(imported.stdout))).toMatchObject({
      id: 'tiny',
      title: 'Tiny',
      use: { layout: 'meta' },
    })

    const listed = await runCli(['models', 'list'], env)
    expect(listed.stdout).toMatch(/^mobilesam +segment +fp32 +embedded +44\.6 +MIT$/m)
    expect(listed.stdout).toMatch(/^medsam-vit-b +segment +import only +Apache-2\.0$/m)
    expect(listed.stdout).toMatch(/^tiny +segment +fp32 +installed/m)
    expect(listed.stdout).toContain(at('models'))

    const { medlamCard, bank } = await writeTinyModels(at('localizer'))
    await writeTinyScan(at('p_ct.nii.gz'), 1)
    const tiny = ['--medlam', medlamCard, '--method', 'medlam', '--segmenter', 'tiny']
    const segment = ['segment', at('p_ct.nii.gz'), '--templates', bank, ...tiny]
    const segmented = await runCli([...segment, '--min-confidence', '0', '--json'], env)
    expect(segmented.stderr).toBe('')
    expect(sidecarSchema.parse(JSON.parse(segmented.stdout)).segmenter).toMatchObject({
      id: 'tiny',
      layout: 'meta',
      provider: 'cpu',
    })

    expect(await runCli(['models', 'verify'], env)).toMatchObject({ code: 0 })
    await writeFile(at('models/tiny/fp32/tiny.decoder.onnx'), 'corrupt')
    const damaged = await runCli(['models', 'verify', 'tiny', '--json'], env)
    expect(damaged.code).toBe(2)
    expect((JSON.parse(damaged.stdout) as { readonly state: string }[]).map(({ state }) => state)).toEqual([
      'intact',
      'changed',
    ])

    await writeFile(at('models/tiny/fp32/model.json'), 'corrupt')
    expect(await runCli(['models', 'verify'], env)).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/model\.json is not valid .*medlsam models remove tiny --precision fp32/),
    })
    expect((await runCli(['models', 'list'], env)).stdout).toMatch(/model\.json is not valid .*install the model again/)
    await writeFile(at('models/tiny/fp32/model.json'), imported.stdout)

    expect(await runCli(['models', 'remove', 'tiny'], env)).toMatchObject({ code: 0 })
    expect(await runCli([...segment, '--force'], env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no segmenter "tiny"'),
    })
  })

  it('tells all about a model, and how to get what cannot be downloaded', async () => {
    const { stdout } = await runCli(['models', 'info', 'medsam-vit-b'], env)
    expect(stdout).toContain('points only and lacks the mask that answers a box')
    expect(stdout).toContain('https://github.com/bowang-lab/MedSAM/blob/main/LICENSE')
    expect((await runCli(['models', 'info', 'medlam'], env)).stdout).toContain('(must be accepted)')
    expect(await runCli(['models', 'download', 'medsam-vit-b'], env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('import it'),
    })
    expect(await runCli(['models', 'download', 'sam-vit-b', '--offline'], env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('turned off'),
    })
    expect(await runCli(['models', 'download', 'slimsam-77-boxes'], env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--accept-unverified'),
    })
    expect(await runCli(['models', 'info', 'nothing'], env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('mobilesam'),
    })
  })

  it('fetches once when two processes download the same model, and neither leaves anything half done', async () => {
    const server = await startFileServer()
    const assets = at('assets')
    await mkdir(assets)
    await copyFile(
      path.resolve(import.meta.dirname, '../../../../models/correlate.onnx'),
      path.join(assets, 'correlate.onnx'),
    )
    const slowly: Answer = (request, response, file) => {
      setTimeout(() => {
        serve()(request, response, file)
      }, 1500)
    }
    const files = await Promise.all(
      ['tiny.encoder.onnx', 'tiny.decoder.onnx'].map(async (name) => {
        const bytes = await readFile(at(name))
        server.put(`/${name}`, bytes, [slowly])
        return {
          name,
          sizeBytes: bytes.length,
          sha256: createHash('sha256').update(bytes).digest('hex'),
          url: `${server.url}/${name}`,
        }
      }),
    )
    const model = {
      id: 'remote',
      title: 'Remote',
      task: 'segment',
      layout: 'meta',
      inputSizePx: 1024,
      preprocessing: { normalisation: 'sam', fit: 'pad' },
      windowHu: { level: 40, width: 400 },
      origin: 'download',
      license: { spdx: 'MIT', url: 'https://example.org/mit', permissive: true },
      provenance: 'Made for this test.',
      variants: [{ precision: 'fp32', files }],
    }
    await writeFile(
      path.join(assets, 'registry.json'),
      JSON.stringify({ format: 'medlsam-model-registry', formatVersion: 1, models: [model] }),
    )
    const both = { MEDLSAM_MODELS: assets, MEDLSAM_MODELS_FOLDER: at('shared'), NO_PROXY: '127.0.0.1' }
    const runs = await Promise.all([0, 1].map(() => runCli(['models', 'download', 'remote', '--json'], both)))
    for (const { code, stderr, stdout } of runs) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(installedModelSchema.parse(JSON.parse(stdout)).files.map(({ trust }) => trust)).toEqual([
        'registry',
        'registry',
      ])
    }
    expect(server.requests.map((request) => request.path)).toEqual(['/tiny.encoder.onnx', '/tiny.decoder.onnx'])
    expect((await runCli(['models', 'verify'], both)).code).toBe(0)
  })

  it('measures every precision, and says how to use the one that has come', async () => {
    const bench = { MEDLSAM_MODELS_FOLDER: at('two-precisions') }
    const files = [at('tiny.encoder.onnx'), at('tiny.decoder.onnx')]
    const half = await runCli(['models', 'import', ...files, '--normalisation', 'minMax', '--precision', 'fp16'], bench)
    expect(half.stdout).toMatch(/use it with --segmenter tiny\.$/m)
    expect((await runCli(['models', 'import', ...files, '--normalisation', 'sam'], bench)).stdout).toMatch(
      /use it with --segmenter tiny\.$/m,
    )
    await runCli(['models', 'remove', 'tiny', '--precision', 'fp16'], bench)
    expect(
      (await runCli(['models', 'import', ...files, '--normalisation', 'minMax', '--precision', 'fp16'], bench)).stdout,
    ).toMatch(/use it with --segmenter tiny@fp16\.$/m)
    expect((await runCli(['models', 'info', 'tiny'], bench)).stdout).toMatch(/^Pictures: +normalisation sam, fit pad$/m)
    const { stdout } = await runCli(['models', 'bench', '--json'], bench)
    const { rows } = JSON.parse(stdout) as {
      readonly rows: readonly { readonly segmenter: string; readonly problem: string | null }[]
    }
    expect(rows.map(({ segmenter, problem }) => [segmenter, problem])).toEqual([
      ['mobilesam', null],
      ['tiny@fp32', null],
      ['tiny@fp16', null],
    ])
  })

  it('measures every segmenter in a process of its own', async () => {
    const { code, stdout } = await runCli(
      ['models', 'bench', `${at('tiny.encoder.onnx')},${at('tiny.decoder.onnx')}`, 'nothing', '--json'],
      env,
    )
    const { rows } = JSON.parse(stdout) as { readonly rows: readonly Readonly<Record<string, unknown>>[] }
    expect(code).toBe(2)
    expect(rows[0]).toMatchObject({ asked: 'cpu', provider: 'cpu', problem: null, dice: null })
    for (const figure of ['loadSeconds', 'encodeMs', 'decodeMs', 'peakMb']) expect(rows[0][figure]).toBeGreaterThan(0)
    expect(rows[1]).toMatchObject({ segmenter: 'nothing', problem: expect.stringContaining('There is no segmenter') })
  })

  it('remembers the outcome of a self-test', async () => {
    await writeOnnx(at('own.encoder.onnx'), samEncoderGraph())
    await writeOnnx(at('own.decoder.onnx'), samDecoderGraph(1))
    await runCli(['models', 'import', at('own.encoder.onnx'), at('own.decoder.onnx'), '--normalisation', 'sam'], env)
    const { code, stdout } = await runCli(['models', 'test', 'own', '--json'], env)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      id: 'own',
      trials: expect.arrayContaining([expect.objectContaining({ provider: 'cpu', problem: null })]),
    })
    expect(await readFile(at('models/providers.json'), 'utf8')).toContain('"chosen"')
  })
})
