// Mutates headers, bodies and packed streams of four formats, seeded, and reads each file with the engine's reader and
// the editor's: `npm run fuzz [-- COUNT [SEED]]`. A file must be read alike by both, or be refused with one sentence.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { deflateSync, gzipSync } from 'node:zlib'
import { readScan } from '../src/engine/scanFiles/readScan.js'
import { shownImage } from '../src/webview/reader/shownImage.js'
import { makeMutator, outcomeOf, type GoodFile } from '../test/support/mutate.js'
import { nifti } from '../test/support/niftiFixture.js'
import { metaFile, nrrdFile, ZOO_VALUES } from '../test/support/textImageZoo.js'

const [count, seed] = [Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 2023)]
const RAW = Buffer.from(ZOO_VALUES.buffer)
const LIMIT = 2 ** 26
const LONGEST_MS = 20_000
const packed = deflateSync(RAW)
const plain = nifti({ dims: [12, 10, 8], values: [...ZOO_VALUES] })

/** Good files, and how long their headers are. */
const SEEDS: readonly GoodFile[] = [
  { name: 'a.nii', bytes: plain, header: 352 },
  { name: 'b.nii.gz', bytes: gzipSync(plain), header: 40 },
  { name: 'c.nrrd', bytes: nrrdFile(), header: nrrdFile().length - RAW.length },
  { name: 'd.nrrd', bytes: nrrdFile({ encoding: 'gzip' }, gzipSync(RAW)), header: 230 },
  { name: 'e.mha', bytes: metaFile(), header: metaFile().length - RAW.length },
  {
    name: 'f.mha',
    bytes: metaFile({ CompressedData: 'True', CompressedDataSize: String(packed.length) }, packed),
    header: 330,
  },
]

const mutated = makeMutator(seed)
const outcome = (read: () => Promise<readonly unknown[]>): Promise<string> => outcomeOf(read, LONGEST_MS)

const folder = mkdtempSync(path.join(os.tmpdir(), 'medlsam-fuzz-'))
const tally = { read: 0, refused: 0 }
const faults: string[] = []
for (let i = 0; i < count; i++) {
  const start = SEEDS[i % SEEDS.length]
  const bytes = mutated(start)
  const file = path.join(folder, start.name)
  writeFileSync(file, bytes)
  try {
    const engine = await outcome(async () => {
      const scan = await readScan(file, { timePoint: 0, forceHu: true, maxBytes: LIMIT })
      return [scan.size, scan.affine.map(Math.fround), [...scan.data]]
    })
    const editor = await outcome(async () => {
      const { name } = start
      const files = new Map([[name, Uint8Array.from(bytes)]])
      // One way with ITK and one without, so that both are held equal.
      const drawn = await shownImage({ files, name, kind: 'scan', maxBytes: LIMIT, timePoint: 0 }, null)
      return [drawn.size, drawn.affine.map(Math.fround), [...drawn.data]]
    })
    // The engine refuses more than it cannot read: scans that are empty or constant.
    if (engine !== 'refused' && engine !== editor) throw new Error('editor and engine differ')
    tally[engine === 'refused' ? 'refused' : 'read']++
  } catch (error) {
    faults.push(
      `${start.name}, mutation ${i}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
  }
}
rmSync(folder, { recursive: true, force: true })
console.log(
  `${count} files: ${tally.read} read alike, ${tally.refused} refused with a sentence, ${faults.length} faults (seed ${seed}).`,
)
for (const fault of faults.slice(0, 20)) console.log(fault)
process.exitCode = faults.length === 0 ? 0 : 1
