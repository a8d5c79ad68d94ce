/**
 * What a DICOM series costs: from a folder of 300 slices to a volume, in seconds and memory, and opening it in the scan
 * editor beside the same scan as `.nii.gz`. Prints ratios and seconds; asserts nothing.
 *
 *   npm run package && npx tsx bench/dicom.ts
 *   npx tsx bench/dicom.ts --slices N       another number of slices
 *   npx tsx bench/dicom.ts --engine         without the editor
 *   npx tsx bench/dicom.ts --folder FOLDER  on a series of yours, without the editor
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { seriesVolume } from '../src/engine/dicom/cache/seriesVolume.js'
import { findSeries } from '../src/engine/dicom/findSeries.js'
import { readScan } from '../src/engine/scanFiles/readScan.js'
import { writeScan } from '../src/engine/scanFiles/writeScan.js'
import { dicomFile, sliceAt } from '../test/support/dicomFixture.js'
import { answerParent, inChild } from './inChild.js'

const SIDE = 512

/** What one conversion took. */
interface Cost {
  readonly firstSeconds: number
  readonly againSeconds: number
  readonly volumeBytes: number
  readonly peakBytes: number
  /** Before it began: Node, and the engine's code. */
  readonly idleBytes: number
}

/** Writes slices of a body with noise, which packs about as CT does. */
function writeBody(folder: string, count: number): void {
  let seed = 1
  const noise = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return seed >>> 27
  }
  const stored = Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [x, y] = [(i % SIDE) / SIDE - 0.5, Math.floor(i / SIDE) / SIDE - 0.5]
    return Math.hypot(x, y) < 0.4 ? 1024 + noise() : 24
  })
  for (let z = 0; z < count; z++) {
    const facts = { columns: SIDE, rows: SIDE, pixelSpacing: [0.8, 0.8], stored } as const
    writeFileSync(path.join(folder, `IM${String(z).padStart(4, '0')}.dcm`), dicomFile(sliceAt(z, facts)))
  }
}

async function convertHere(slice: string): Promise<Cost> {
  const cacheFolder = mkdtempSync(path.join(os.tmpdir(), 'medlsam-bench-cache-'))
  const request = { scanPath: slice, cacheFolder, cacheBytes: 2 ** 40, maxBytes: 2 ** 40 }
  try {
    const idleBytes = process.memoryUsage.rss()
    const start = performance.now()
    const { volumePath } = await seriesVolume(request)
    const made = performance.now()
    await seriesVolume(request)
    // In kilobytes.
    const peakBytes = process.resourceUsage().maxRSS * 1024
    const done = performance.now()
    return {
      firstSeconds: (made - start) / 1000,
      againSeconds: (done - made) / 1000,
      volumeBytes: gunzipSync(readFileSync(volumePath)).length,
      peakBytes,
      idleBytes,
    }
  } finally {
    rmSync(cacheFolder, { recursive: true })
  }
}

async function benchEngine(folder: string): Promise<void> {
  const [slice] = (await findSeries(folder)).series[0].slices
  const cost = await inChild<Cost>(import.meta.filename, slice.file)
  const mb = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`
  const files = readdirSync(folder).length
  console.log(
    `folder of ${files} slices to volume    ${cost.firstSeconds.toFixed(1)} s, found again ${cost.againSeconds.toFixed(2)} s`,
  )
  const dcm2niix = otherSeconds(folder)
  if (dcm2niix === null) console.log('dcm2niix                           not on this machine')
  else
    console.log(
      `dcm2niix                           ${dcm2niix.toFixed(1)} s: ${(cost.firstSeconds / dcm2niix).toFixed(2)} times (wanted: at most 1.5)`,
    )
  const times = (cost.peakBytes - cost.idleBytes) / cost.volumeBytes
  console.log(
    `peak memory                        ${mb(cost.peakBytes)}, ${mb(cost.idleBytes)} of it idle, volume ${mb(cost.volumeBytes)}: ${times.toFixed(1)} times more (wanted: at most 3)`,
  )
}

/** What dcm2niix takes for the same, packed as quickly as ours; null where it is not installed. */
function otherSeconds(folder: string): number | null {
  const out = mkdtempSync(path.join(os.tmpdir(), 'medlsam-bench-dcm2niix-'))
  try {
    const start = performance.now()
    execFileSync('dcm2niix', ['-z', 'i', '-1', '-b', 'n', '-o', out, folder], { stdio: 'ignore' })
    return (performance.now() - start) / 1000
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  } finally {
    rmSync(out, { recursive: true })
  }
}

async function benchEditor(folder: string): Promise<void> {
  const { openScan, closeEditor, contextMenu, waitForScan } = await import('../test/support/workbench.js')
  const { startSession } = await import('../test/e2e/session.js')
  const session = await startSession([], { 'explorer.autoReveal': false })
  const { page } = session
  try {
    const scan = await readScan(folder)
    await writeScan(path.join(session.folder, 'packed_ct.nii.gz'), scan)
    await writeScan(path.join(session.folder, 'plain_ct.nii'), scan)
    execFileSync('cp', ['-r', folder, path.join(session.folder, 'series')])
    const timed = async (open: () => Promise<unknown>): Promise<number> => {
      const start = performance.now()
      await open()
      const seconds = (performance.now() - start) / 1000
      await closeEditor(page)
      return seconds
    }
    const openSeries = async (): Promise<void> => {
      await contextMenu(page, 'series', 'Open DICOM Series')
      await waitForScan(page)
    }
    await page.locator('.explorer-folders-view').hover()
    await page.locator('.pane-header .action-item a[aria-label="Refresh Explorer"]').first().click()
    // The first starts the engine, and fills the browser's caches of code.
    await timed(() => openScan(page, 'packed_ct.nii.gz'))
    const packed = await timed(() => openScan(page, 'packed_ct.nii.gz'))
    const plain = await timed(() => openScan(page, 'plain_ct.nii'))
    const first = await timed(openSeries)
    const again = await timed(openSeries)
    const row = (what: string, seconds: number): void => {
      console.log(
        `${what.padEnd(34)} ${seconds.toFixed(1)} s, as .nii.gz ${packed.toFixed(1)} s: ${(seconds / packed).toFixed(2)} times`,
      )
    }
    console.log('in the editor, from the menu to the first picture:')
    row('the scan as .nii', plain)
    row('the series, for the first time', first)
    row('the series, found in the cache', again)
  } finally {
    await session.stop()
  }
}

const [, , mode, work] = process.argv
if (mode === '--child') answerParent(await convertHere(JSON.parse(work) as string))
else {
  const { values } = parseArgs({
    options: { slices: { type: 'string' }, engine: { type: 'boolean' }, folder: { type: 'string' } },
  })
  const folder = values.folder ?? mkdtempSync(path.join(os.tmpdir(), 'medlsam-bench-dicom-'))
  try {
    if (values.folder === undefined) writeBody(folder, Number(values.slices ?? 300))
    await benchEngine(folder)
    if (values.engine !== true && values.folder === undefined) await benchEditor(folder)
  } finally {
    if (values.folder === undefined) rmSync(folder, { recursive: true })
  }
}
