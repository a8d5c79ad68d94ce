import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readlink, symlink } from 'node:fs/promises'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import lockfile from 'proper-lockfile'
import { describe, expect, it, vi } from 'vitest'
import yazl from 'yazl'
import {
  downloadGpuRuntime,
  gpuRuntimeInfo,
  linkGpuRuntime,
  type GpuRuntimePlaces,
} from '../../../../../src/engine/models/providers/gpuRuntime.js'
import type { ModelsContext } from '../../../../../src/engine/models/modelsContext.js'
import { GPU_RUNTIME_FILES } from '../../../../../src/engine/runtime/providerTable.js'
import { cutAfter, startFileServer } from '../../../../support/fileServer.js'
import { tempFolder } from '../../../../support/tempFolder.js'

const folder = tempFolder()
const server = await startFileServer()
const NAME = 'microsoft.ml.onnxruntime.gpu.linux'

const zip = new yazl.ZipFile()
for (const file of GPU_RUNTIME_FILES)
  zip.addBuffer(Buffer.from(`the bytes of ${file}`), `runtimes/linux-x64/native/${file}`)
zip.addBuffer(Buffer.from('other'), 'runtimes/linux-x64/native/libonnxruntime.so')
zip.end()
const PACKAGE = await buffer(zip.outputStream)
const SHA512 = createHash('sha512').update(PACKAGE).digest('base64')
const SHA256 = createHash('sha256').update(PACKAGE).digest('hex')
let count = 0

/** A feed that speaks NuGet's protocol, with folders of its own. */
async function setUp(
  hash = SHA512,
  more: GpuRuntimePlaces = {},
): Promise<{
  readonly context: ModelsContext
  readonly places: GpuRuntimePlaces
  readonly binaries: string
  readonly packagePath: string
}> {
  const base = `/feed${++count}`
  const packagePath = `${base}/${NAME}.9.9.9.nupkg`
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
  server.put(
    `${base}/index.json`,
    json({
      version: '3.0.0',
      resources: [{ '@id': `${server.url}${base}/reg/`, '@type': 'RegistrationsBaseUrl/3.6.0' }],
    }),
  )
  // nuget.org compresses this one whether asked or not.
  server.put(
    `${base}/reg/${NAME}/9.9.9.json`,
    Buffer.alloc(0),
    Array.from({ length: 9 }, () => (_: unknown, response) => {
      response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(
          gzipSync(
            json({ catalogEntry: `${server.url}${base}/catalog.json`, packageContent: server.url + packagePath }),
          ),
        )
    }),
  )
  server.put(
    `${base}/catalog.json`,
    json({ packageHash: hash, packageHashAlgorithm: 'SHA512', packageSize: PACKAGE.length }),
  )
  server.put(packagePath, PACKAGE)
  const binaries = path.join(folder, `bin${count}`)
  await mkdir(binaries)
  const context: ModelsContext = {
    registry: { format: 'medlsam-model-registry', formatVersion: 1, models: [] },
    assetsFolder: folder,
    modelsFolder: path.join(folder, `models${count}`),
    offline: false,
    network: {},
  }
  return {
    context,
    places: {
      feed: `${server.url}${base}/index.json`,
      version: '9.9.9',
      binaryFolder: binaries,
      supported: true,
      ...more,
    },
    binaries,
    packagePath,
  }
}

describe('the GPU runtime', () => {
  it('is fetched for the exact version, checked, unpacked and linked beside the binary', async () => {
    const { context, places, binaries, packagePath } = await setUp()
    server.put(packagePath, PACKAGE, [cutAfter(100)])
    expect(gpuRuntimeInfo(context, places)).toMatchObject({ supported: true, installed: false, version: '9.9.9' })
    expect(await downloadGpuRuntime(context, true, { retryPausesMs: [1] }, places)).toMatchObject({ installed: true })
    for (const file of GPU_RUNTIME_FILES) {
      expect(await readFile(path.join(binaries, file), 'utf8')).toBe(`the bytes of ${file}`)
      expect(await readlink(path.join(binaries, file))).toContain(context.modelsFolder)
    }
    expect(existsSync(path.join(binaries, 'libonnxruntime.so'))).toBe(false)
    expect(server.requests.filter(({ path: asked }) => asked === packagePath).map(({ range }) => range)).toEqual([
      null,
      'bytes=100-',
    ])
  })

  it('is put in its place again after an update emptied it, without fetching', async () => {
    const { context, places } = await setUp()
    await downloadGpuRuntime(context, true, {}, places)
    const updated = path.join(folder, 'updated')
    await mkdir(updated)
    const before = server.requests.length
    await linkGpuRuntime(context.modelsFolder, { ...places, binaryFolder: updated })
    expect(existsSync(path.join(updated, GPU_RUNTIME_FILES[1]))).toBe(true)
    await downloadGpuRuntime({ ...context, offline: true }, true, {}, places)
    expect(server.requests).toHaveLength(before)
  })

  it('is refused without consent as long as no hash is pinned, and taken without when one is', async () => {
    const { context, places } = await setUp()
    await expect(downloadGpuRuntime(context, false, {}, places)).rejects.toMatchObject({
      message: expect.stringMatching(/No SHA-256 is pinned.*take it all the same/),
      remedy: { option: 'acceptUnverified' },
    })
    expect(gpuRuntimeInfo(context, places).about).toContain('no SHA-256 is pinned')
    expect(await downloadGpuRuntime(context, false, {}, { ...places, pinnedSha256: SHA256 })).toMatchObject({
      installed: true,
    })
  })

  it.each([
    [
      'another package than the feed says',
      { hash: createHash('sha512').update('other').digest('base64') },
      /SHA-512.*which the feed publishes/,
    ],
    ['another package than the pinned one', { pinnedSha256: '0'.repeat(64) }, /instead of the published/],
    ['a version that the feed has not got', { version: '1.0.0' }, /404/],
  ])('refuses %s', async (_, { hash, ...more }: GpuRuntimePlaces & { readonly hash?: string }, sentence) => {
    const { context, places, binaries } = await setUp(hash, more)
    await expect(downloadGpuRuntime(context, true, { retryPausesMs: [] }, places)).rejects.toThrow(sentence)
    expect(existsSync(path.join(binaries, GPU_RUNTIME_FILES[0]))).toBe(false)
    expect(gpuRuntimeInfo(context, places).installed).toBe(false)
  })

  it.skipIf(!existsSync('/dev/full'))('is not called damaged when the disk is full', async () => {
    const { context, places } = await setUp()
    const part = path.join(
      context.modelsFolder,
      '.gpu-runtime/onnxruntime-9.9.9-linux-x64',
      `${GPU_RUNTIME_FILES[0]}.part`,
    )
    await mkdir(path.dirname(part), { recursive: true })
    await symlink('/dev/full', part)
    await expect(downloadGpuRuntime(context, true, {}, places)).rejects.toMatchObject({
      kind: 'output',
      message: expect.stringMatching(/the disk is full/),
    })
    expect(await downloadGpuRuntime(context, true, {}, places)).toMatchObject({ installed: true })
  })

  it('is not put in its place when it is stopped after the last byte', async () => {
    const { context, places, binaries } = await setUp()
    const abort = new AbortController()
    const stopped = downloadGpuRuntime(
      context,
      true,
      {
        signal: abort.signal,
        onBytes: (done, total) => {
          if (done === total) abort.abort()
        },
      },
      places,
    )
    await expect(stopped).rejects.toMatchObject({ kind: 'cancelled' })
    expect(existsSync(path.join(binaries, GPU_RUNTIME_FILES[0]))).toBe(false)
  })

  it('needs no lock in a folder that may only be read when it is there', async () => {
    const { context, places } = await setUp()
    await downloadGpuRuntime(context, true, {}, places)
    const lock = vi.spyOn(lockfile, 'lock').mockRejectedValue(Object.assign(new Error('read-only'), { code: 'EROFS' }))
    expect(await downloadGpuRuntime(context, true, {}, places)).toMatchObject({ installed: true })
    lock.mockRestore()
  })

  it('is nothing to fetch offline or on other systems', async () => {
    const { context, places } = await setUp()
    await expect(downloadGpuRuntime({ ...context, offline: true }, true, {}, places)).rejects.toThrow(/turned off/)
    await expect(downloadGpuRuntime(context, true, {}, { ...places, supported: false })).rejects.toThrow(
      /nothing to fetch/,
    )
  })
})
