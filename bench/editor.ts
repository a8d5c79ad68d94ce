/**
 * How fast the scan editor is beside bare NiiVue, in one browser on one machine: opening, scrolling with labels, another
 * label map, coming back to a tab. Prints ratios and seconds; asserts nothing.
 *
 *   npm run package && npx tsx bench/editor.ts               on a synthetic scan
 *   npm run package && npx tsx bench/editor.ts CT LABELMAP   on a scan of yours
 */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'
import type { Browser, FrameLocator } from 'playwright-core'
import { startSession, type Session } from '../test/e2e/session.js'
import { syntheticScan } from '../test/support/syntheticScans.js'
import { openScan, scanView } from '../test/support/workbench.js'

const OUT = path.resolve(import.meta.dirname, '../out/bench-editor')
const SLICES = 40

/** What runs in pages is text here: these files know no browser. */
const NEXT_PICTURE = 'new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))'

const SCROLL = `async (canvas, slices) => {
  const { left, top, width, height } = canvas.getBoundingClientRect()
  const [clientX, clientY] = [left + width / 4, top + height / 4]
  const start = performance.now()
  for (let at = 0; at < slices; at++) {
    const deltaY = at < slices / 2 ? 100 : -100
    canvas.dispatchEvent(new WheelEvent('wheel', { deltaY, clientX, clientY, bubbles: true, cancelable: true }))
    await ${NEXT_PICTURE}
  }
  return (performance.now() - start) / slices
}`

const OTHER_LABEL_MAP = `async (body) => {
  const select = body.querySelector('[data-key="labelMap"]')
  const next = [...select.options].find(({ value }) => value !== '' && value !== select.value).value
  const start = performance.now()
  let [last, freeze] = [start, 0]
  select.value = next
  select.dispatchEvent(new Event('change', { bubbles: true }))
  while (body.dataset.labels !== next && performance.now() - start < 120_000) {
    await new Promise((resolve) => setTimeout(resolve))
    freeze = Math.max(freeze, performance.now() - last)
    last = performance.now()
  }
  return { shown: performance.now() - start, freeze }
}`

/** Four views of the same bytes, without labels. */
const NIIVUE = `async (slices) => {
  const nv = new niivue.Niivue({ logLevel: 'error' })
  await nv.attachTo('gl')
  nv.setSliceType(nv.sliceTypeMultiplanar)
  const start = performance.now()
  await nv.loadVolumes([{ url: 'http://bench.test/ct.nii.gz' }])
  await ${NEXT_PICTURE}
  // Until it is really drawn.
  nv.gl.finish()
  const open = performance.now() - start
  const scroll = performance.now()
  for (let at = 0; at < slices; at++) {
    nv.moveCrosshairInVox(0, 0, at < slices / 2 ? 1 : -1)
    await ${NEXT_PICTURE}
  }
  nv.gl.finish()
  return { open, slice: (performance.now() - scroll) / slices }
}`

/** Milliseconds. */
interface Times {
  readonly open: number
  readonly slice: number
}

const [ct = syntheticScan(1).ct, labels = syntheticScan(1).labelMap] = process.argv.slice(2)
const session = await startSession([
  { scan: syntheticScan(1), labels: true },
  { scan: syntheticScan(2), labels: false },
])
try {
  await measure(session)
} finally {
  await session.stop()
}

async function measure({ page, folder, browser }: Session): Promise<void> {
  copyFileSync(ct, path.join(folder, 'bench_ct.nii.gz'))
  copyFileSync(labels, path.join(folder, 'bench_seg.nii.gz'))
  copyFileSync(labels, path.join(folder, 'bench_2_seg.nii.gz'))
  const bare = await measureNiivue(browser)
  await page.locator('.explorer-folders-view').hover()
  await page.locator('.pane-header .action-item a[aria-label="Refresh Explorer"]').first().click()
  const view = await openScan(page, 'bench_ct.nii.gz')
  await view.locator('body[data-labels]').waitFor()
  await page.waitForTimeout(3000)
  const ours: Times = { open: await openingMs(view), slice: await scrollMs(view) }
  const newMask = await otherLabelMap(view)
  await openScan(page, 'synth_2_ct.nii.gz')
  const back = await backToTab(session)
  console.log(`scan                              ${path.basename(ct)}`)
  row('opening, from fetch to drawn', ours.open, bare.open, '1.2')
  row('a slice further, with labels', ours.slice, bare.slice, '1.3')
  console.log(`another label map                 ${seconds(newMask.shown)}, longest freeze ${seconds(newMask.freeze)}`)
  console.log(`back to a tab                     ${seconds(back)} (wanted: at most 0.3 s)`)
}

function row(what: string, ours: number, bare: number, wanted: string): void {
  const ratio = (ours / bare).toFixed(2)
  console.log(
    `${what.padEnd(33)} ${seconds(ours)}, NiiVue ${seconds(bare)}: ${ratio} times (wanted: at most ${wanted})`,
  )
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`
}

/** From the request for the file to the first picture of it. */
function openingMs(view: FrameLocator): Promise<number> {
  return view.locator('body').evaluate(() => {
    const scan = performance.getEntriesByType('resource').find(({ name }) => name.includes('bench_ct'))
    const [drawn] = performance.getEntriesByName('scan drawn')
    return scan === undefined ? NaN : drawn.startTime - scan.startTime
  })
}

/** A slice further with the wheel, from the event to the next picture; the mean of many. */
function scrollMs(view: FrameLocator): Promise<number> {
  return evaluated(view, `(${SCROLL})(document.querySelector('canvas.planes'), ${SLICES})`)
}

/** Until another label map is shown, and the longest time that the page does not answer meanwhile. */
function otherLabelMap(view: FrameLocator): Promise<{ readonly shown: number; readonly freeze: number }> {
  return evaluated(view, `(${OTHER_LABEL_MAP})(document.body)`)
}

async function evaluated<T>(view: FrameLocator, expression: string): Promise<T> {
  const body = await view.locator('body').elementHandle()
  const frame = await body.ownerFrame()
  if (!frame) throw new Error('The editor is gone.')
  return frame.evaluate<T>(expression)
}

/** From the click on a tab to its scan; the best of three, since a busy machine only adds. */
async function backToTab({ page }: Session): Promise<number> {
  let best = Infinity
  for (const name of ['bench_ct', 'synth_2_ct', 'bench_ct']) {
    await page.waitForTimeout(1500)
    const start = performance.now()
    await page.locator('.tab', { hasText: name }).first().click()
    await page.locator('.tab.active', { hasText: name }).waitFor()
    await scanView(page).locator('body[data-rendered]').waitFor()
    best = Math.min(best, performance.now() - start)
  }
  return best
}

/** NiiVue alone on a page of the same browser: four views of the same bytes. */
async function measureNiivue(browser: Browser): Promise<Times> {
  mkdirSync(OUT, { recursive: true })
  const { outputFiles } = await build({
    stdin: {
      contents: "export * from '@niivue/niivue'",
      resolveDir: path.resolve(import.meta.dirname, '..'),
    },
    bundle: true,
    format: 'iife',
    globalName: 'niivue',
    write: false,
    outdir: OUT,
    logLevel: 'warning',
  })
  const page = await browser.newPage({ viewport: { width: 900, height: 620 } })
  await page.route('http://bench.test/**', (route) => {
    const isScan = route.request().url().endsWith('.nii.gz')
    return route.fulfill(
      isScan
        ? { body: readFileSync(ct), contentType: 'application/octet-stream' }
        : { body: '<canvas id="gl" style="width:100vw;height:100vh"></canvas>', contentType: 'text/html' },
    )
  })
  await page.goto('http://bench.test/')
  await page.addScriptTag({ content: outputFiles[0].text })
  const times = await page.evaluate<Times>(`(${NIIVUE})(${SLICES})`)
  await page.close()
  return times
}
