// Imports a random checkpoint of full size and compares what comes out with PyTorch: npx tsx scripts/check-import.ts [sam-vit-b|medlam]
import { mkdtemp, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { openImport } from '../src/engine/models/import/importCheckpoint.js'
import { compareWithReference, PYTHON, writeReference } from '../test/support/importReference.js'

/** What the import promises. */
const TOLERANCE = 1e-4

const asked = process.argv.slice(2)
const folder = await mkdtemp(path.join(os.tmpdir(), 'medlsam-check-import-'))
try {
  for (const architecture of asked.length > 0 ? asked : ['medlam', 'sam-vit-b']) await check(architecture)
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function check(architecture: string): Promise<void> {
  if (PYTHON === null) throw new Error('This needs a Python with torch and onnx: see training/README.md.')
  const reference = path.join(folder, architecture)
  writeReference(PYTHON, reference, architecture, false)
  const checkpoint = path.join(reference, 'plain.pth')
  const model = path.join(folder, `${architecture}-imported`)
  const before = performance.now()
  const source = await openImport(checkpoint, path.resolve('models/skeletons'))
  const { files } = await source.write(model, { id: architecture })
  await source.close()
  const seconds = (performance.now() - before) / 1000
  const written = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  console.log(
    `${source.architecture}: ${megabytes((await stat(checkpoint)).size)} checkpoint to ${megabytes(written)} of ONNX in ${seconds.toFixed(1)} s, ${megabytes(process.resourceUsage().maxRSS * 1024)} memory at most`,
  )
  for (const [name, onnx] of [
    ['imported', model],
    ['exported by PyTorch', path.join(reference, 'exported')],
  ] as const) {
    for (const { graph, output, dims, largest, largestDifference } of await compareWithReference(
      path.join(reference, 'reference.json'),
      onnx,
    )) {
      console.log(
        `  ${name}: ${graph} ${output} [${dims.join(', ')}] largest ${largest.toPrecision(4)}, largest difference from PyTorch ${largestDifference.toExponential(1)}`,
      )
      if (!(largestDifference < TOLERANCE)) process.exitCode = 1
    }
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}
