import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import yazl from 'yazl'
import type { ModelFile, ModelVariant, Registry, SegmenterEntry } from '../../src/shared/modelTypes.js'
import { MedlsamError } from '../../src/shared/medlsamError.js'
import { openModels, type Models } from '../../src/engine/models/modelStore.js'
import type { ModelsContext } from '../../src/engine/models/modelsContext.js'
import { findSegmenter } from '../../src/engine/models/segmenters.js'
import { openSegmenter, type Segmenter } from '../../src/engine/sam/segmenter.js'
import { encodeOnnx } from './onnxBuilder.js'
import { startFileServer } from './fileServer.js'
import { samDecoderGraph, samEncoderGraph } from './samGraphs.js'
import { tempFolder } from './tempFolder.js'

export const folder = tempFolder()
/** A server with the files of a tiny segmenter, and whatever a test puts there. */
export const server = await startFileServer()
export const ENCODER = Buffer.from(encodeOnnx(samEncoderGraph()))
export const DECODER = Buffer.from(encodeOnnx(samDecoderGraph(4)))
export const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
/** A registry's word on a file of the server. */
export const fileOf = (name: string, bytes: Buffer, more: Partial<ModelFile> = {}): ModelFile => ({
  name,
  sizeBytes: bytes.length,
  sha256: sha(bytes),
  url: `${server.url}/${name}`,
  ...more,
})
server.put('/encoder.onnx', ENCODER)
server.put('/decoder.onnx', DECODER)

/** A registry's entry of a segmenter. */
export function entry(
  id: string,
  variants: readonly ModelVariant[],
  more: Partial<SegmenterEntry> = {},
): SegmenterEntry {
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

/** The tiny segmenter as two plain files. */
export const plain: ModelVariant = {
  precision: 'fp32',
  files: [fileOf('encoder.onnx', ENCODER), fileOf('decoder.onnx', DECODER)],
}
let count = 0

/** Both files in an archive on the server, with one that nobody asked for. */
export async function packed(
  name: string,
  change: (bytes: Buffer) => Buffer = (bytes) => bytes,
): Promise<ModelVariant> {
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
export async function setUp(
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

/** The error with which a promise rejects. */
export async function failure(promise: Promise<unknown>): Promise<MedlsamError> {
  const error: unknown = await promise.then(
    () => null,
    (e: unknown) => e,
  )
  if (error instanceof MedlsamError) return error
  throw new Error(`expected a MedlsamError, got ${String(error)}`)
}

/** Opens what an id stands for. */
export async function openSegmenterById(id: string, context: ModelsContext): Promise<Segmenter> {
  const { files, ...source } = await findSegmenter(id, context)
  return openSegmenter(files, source)
}

/** Writes files into a folder; their paths. */
export async function put(into: string, files: Readonly<Record<string, Buffer>>): Promise<string[]> {
  for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(into, name), bytes)
  return Object.keys(files).map((name) => path.join(into, name))
}
