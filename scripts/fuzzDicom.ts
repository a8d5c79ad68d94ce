// Mutates DICOM slices, segmentations and structure sets, seeded, and reads each in its series:
// `npm run fuzz:dicom [-- COUNT [SEED]]`. A file must be read, or be refused with one sentence.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { convertLabelMap } from '../src/engine/convert/convertLabelMap.js'
import { readDicomLabels } from '../src/engine/dicom/objects/readDicomLabels.js'
import { readScan } from '../src/engine/scanFiles/readScan.js'
import { RLE_LOSSLESS, sliceAt, writeSlices } from '../test/support/dicomFixture.js'
import { writeLabelledSeries } from '../test/support/labelledSeries.js'
import { makeMutator, outcomeOf, type GoodFile } from '../test/support/mutate.js'

const [count, seed] = [Number(process.argv[2] ?? 2000), Number(process.argv[3] ?? 2023)]
const LIMIT = 2 ** 26
const LONGEST_MS = 20_000

const top = mkdtempSync(path.join(os.tmpdir(), 'medlsam-fuzz-'))
const mutated = makeMutator(seed)

/** A file to damage, where it lies, and how it is read. */
interface Target extends GoodFile {
  readonly file: string
  readonly read: () => Promise<unknown>
}

function sliceTarget(name: string, transferSyntaxUid?: string): Target {
  const folder = path.join(top, name)
  const facts = transferSyntaxUid === undefined ? {} : { transferSyntaxUid }
  const [file] = writeSlices(
    folder,
    [0, 1, 2, 3].map((z) => sliceAt(z, facts)),
  )
  const bytes = readFileSync(file)
  const read = async (): Promise<unknown> => {
    const { size, affine } = await readScan(folder, { forceHu: true, maxBytes: LIMIT })
    return [size, affine]
  }
  return { name, file, bytes, header: bytes.length - 60, read }
}

async function objectTargets(): Promise<readonly Target[]> {
  const { folder, labelMap, labels } = await writeLabelledSeries(path.join(top, 'ct'))
  const targets: Target[] = []
  for (const to of ['seg', 'rtstruct'] as const) {
    const { out } = await convertLabelMap({ labelMap, to, series: folder })
    const bytes = readFileSync(out)
    const file = path.join(top, `damaged.${to}.dcm`)
    copyFileSync(out, file)
    const read = async (): Promise<unknown> => (await readDicomLabels(file, labels))?.structures
    targets.push({ name: to, file, bytes, header: bytes.length, read })
  }
  return targets
}

const targets = [sliceTarget('plain'), sliceTarget('rle', RLE_LOSSLESS), ...(await objectTargets())]
const tally = { read: 0, refused: 0 }
const faults: string[] = []
for (let i = 0; i < count; i++) {
  const target = targets[i % targets.length]
  writeFileSync(target.file, mutated(target))
  try {
    tally[(await outcomeOf(target.read, LONGEST_MS)) === 'refused' ? 'refused' : 'read']++
  } catch (error) {
    faults.push(
      `${target.name}, mutation ${i}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
  }
}
rmSync(top, { recursive: true, force: true })
console.log(
  `${count} files: ${tally.read} read, ${tally.refused} refused with a sentence, ${faults.length} faults (seed ${seed}).`,
)
for (const fault of faults.slice(0, 20)) console.log(fault)
process.exitCode = faults.length === 0 ? 0 : 1
