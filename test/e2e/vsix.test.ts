import assert from 'node:assert/strict'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { open, type Entry, type Options, type ZipFile } from 'yauzl'
import { VSIX } from './sharedWorkbench.js'

const ALLOWED = [
  /^extension\.vsixmanifest$/,
  /^\[Content_Types\]\.xml$/,
  /^extension\/(package\.json|readme\.md|README\.md|LICENSE\.txt)$/,
  /^extension\/media\/(icon\.png|activity\.svg|scanEditor\.css)$/,
  /^extension\/media\/walkthrough\/(sample|result|points|folder)\.png$/,
  /^extension\/schemas\/(templateSet|sidecar)\.schema\.json$/,
  /^extension\/dist\/(extension\.cjs|webview\.js|(alignWorker|sample)\.mjs|engine(-[A-Z0-9]+)?\.mjs)$/,
  /^extension\/dist\/kernels\.wasm$/,
  /^extension\/dist\/pipelines\/(nrrd-read-image|meta-read-image|read-image-dicom-file-series|morphological-contour-interpolation)\.(js|wasm\.zst)$/,
  /^extension\/dist\/models\/(skeletons\/[\w-]+\/)?[\w-]+\.(onnx|json|msgpack)$/,
  /^extension\/dist\/node_modules\/onnxruntime-common\/(package\.json|dist\/cjs\/[\w-]+\.js(on)?|dist\/cjs\/package\.json)$/,
  /^extension\/dist\/node_modules\/onnxruntime-node\/(package\.json|dist\/[\w-]+\.js)$/,
  /^extension\/dist\/node_modules\/onnxruntime-node\/bin\/napi-v6\/linux\/x64\/(libonnxruntime\.so\.1|onnxruntime_binding\.node)$/,
]
const NEEDED = [
  'extension/dist/extension.cjs',
  'extension/media/walkthrough/result.png',
  'extension/media/walkthrough/points.png',
  'extension/dist/alignWorker.mjs',
  'extension/dist/kernels.wasm',
  'extension/dist/engine.mjs',
  'extension/dist/sample.mjs',
  'extension/dist/webview.js',
  'extension/dist/models/mobilesam-encoder.onnx',
  'extension/dist/models/medlam-small.json',
  'extension/dist/models/skeletons/sam-vit-b/map.json',
  'extension/dist/node_modules/onnxruntime-node/bin/napi-v6/linux/x64/onnxruntime_binding.node',
]

/** The files of an archive. */
async function namesIn(file: string): Promise<readonly string[]> {
  const archive = await promisify<string, Options, ZipFile>(open)(file, {})
  const names: string[] = []
  archive.on('entry', ({ fileName }: Entry) => names.push(fileName))
  await once(archive, 'end')
  return names.filter((name) => !name.endsWith('/'))
}

describe('the VSIX', () => {
  let files: readonly string[]

  before(async () => {
    files = await namesIn(VSIX)
  })

  it('holds the files of this platform, the embedded models and nothing else', () => {
    assert.deepEqual(
      files.filter((name) => !ALLOWED.some((pattern) => pattern.test(name))),
      [],
    )
  })

  it('holds everything that is needed to run', () => {
    assert.deepEqual(
      NEEDED.filter((name) => !files.includes(name)),
      [],
    )
  })
})
