import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { ElementHandle, Locator, Page } from 'playwright-core'
import type { FromScanView, ListedStructure, ToScanView } from '../../src/protocol/scanEditor.js'
import { joinWorkbench, type JoinedWorkbench } from './sharedWorkbench.js'

const SIDE = 16
const ORIGIN = 'http://editor.test'

/** The page as the extension makes it, with a host that only listens. */
const PAGE = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-test' 'wasm-unsafe-eval'; worker-src blob:; style-src 'unsafe-inline' ${ORIGIN}; img-src ${ORIGIN} data: blob:; font-src data:; connect-src ${ORIGIN} data: blob:">
<title>page</title>
<link rel="stylesheet" href="/scanEditor.css">
<script nonce="test">window.acquireVsCodeApi = () => ({ postMessage: (message) => void window.toHost(message) })</script>
<script type="module" nonce="test" src="/webview.js"></script>
</head>
<body></body>
</html>`

/** The header of a cube of voxels. */
function header(dataFile: string): string {
  return [
    'ObjectType = Image',
    'NDims = 3',
    'BinaryData = True',
    'BinaryDataByteOrderMSB = False',
    'CompressedData = False',
    'TransformMatrix = 1 0 0 0 1 0 0 0 1',
    'Offset = 0 0 0',
    'ElementSpacing = 2 2 2',
    ...(dataFile === 'LOCAL' ? [] : ['DistanceUnits = pc']),
    `DimSize = ${SIDE} ${SIDE} ${SIDE}`,
    'ElementType = MET_SHORT',
    `ElementDataFile = ${dataFile}`,
    '',
  ].join('\n')
}

/** A cube of voxels, a smaller cube of which has another value. */
function voxels(outside: number, inside: number): Buffer {
  const isInside = (at: number): boolean => at >= SIDE / 4 && at < (3 * SIDE) / 4
  const values = Int16Array.from({ length: SIDE ** 3 }, (_, at) =>
    [at % SIDE, Math.floor(at / SIDE) % SIDE, Math.floor(at / SIDE ** 2)].every(isInside) ? inside : outside,
  )
  return Buffer.from(values.buffer)
}

function cube(outside: number, inside: number): Buffer {
  return Buffer.concat([Buffer.from(header('LOCAL')), voxels(outside, inside)])
}

const FILES: Readonly<Record<string, { readonly type: string; readonly body: Buffer | string }>> = {
  '/': { type: 'text/html', body: PAGE },
  '/webview.js': { type: 'text/javascript', body: packed('dist/webview.js') },
  '/pipelines/meta-read-image.wasm.zst': {
    type: 'application/octet-stream',
    body: packed('dist/pipelines/meta-read-image.wasm.zst'),
  },
  '/scanEditor.css': { type: 'text/css', body: packed('media/scanEditor.css') },
  '/scan.mha': { type: 'application/octet-stream', body: cube(-1000, 40) },
  '/apart.mhd': { type: 'application/octet-stream', body: header('apart.raw') },
  '/apart.raw': { type: 'application/octet-stream', body: voxels(-1000, 70) },
  '/other.mha': { type: 'application/octet-stream', body: 'no label map' },
  '/labels.mha': { type: 'application/octet-stream', body: cube(0, 1) },
}

/** A file of the extension as it is packed. */
function packed(file: string): Buffer {
  return readFileSync(path.resolve(import.meta.dirname, '../../out/vsix', file))
}

const structure = (name: string, labelValue: number): ListedStructure => ({
  name,
  labelValue,
  color: '#e6194b',
  status: 'found',
  confidence: 0.9,
  volumeMl: 1,
  boxMm: { min: [-20, -20, 10], max: [-10, -10, 20] },
  extremePointsMm: null,
})

const source = (name: string): { name: string; url: string; sizeBytes: number } => ({
  name,
  url: `${ORIGIN}/${name}`,
  sizeBytes: FILES[`/${name}`].body.length,
})

const UNNAMED = { version: 0, warnings: [], namesFrom: null, areNamesShared: false }

describe('the page of the scan editor, without a workbench', () => {
  let workbench: JoinedWorkbench
  let page: Page
  let done = 0
  const problems: string[] = []
  const actions: string[] = []
  const fetched: string[] = []
  const warnings: string[] = []

  const send = (message: ToScanView): Promise<void> =>
    page.evaluate((sent) => {
      window.postMessage(sent, '*')
    }, message)

  const open = (name: string): Promise<void> =>
    send({
      type: 'open',
      name,
      scan: source(name),
      limitBytes: 2 ** 20,
      points: { structures: [] },
      keys: [],
      view: { own: null, latest: null },
      canRun: true,
      labelMapItself: null,
    })

  /** A run that has got further, with a structure above those of the label map: everything is drawn again. */
  const redraw = async (): Promise<void> => {
    done++
    await send({
      type: 'run',
      run: {
        kind: 'running',
        name: 'a',
        finished: 0,
        isEnding: false,
        progress: { stage: 'localize', done, total: 1000, secondsLeft: null },
        structures: [...(done % 2 === 0 ? [structure('Brainstem', 2)] : []), structure('Larynx', 1)],
      },
    })
    await page.locator(`.run .hint:text-is("${done} of 1000")`).waitFor()
  }

  const middle = async (control: Locator): Promise<{ x: number; y: number; width: number }> => {
    const box = await control.boundingBox()
    assert.ok(box)
    return { x: box.x + box.width / 2, y: box.y + box.height / 2, width: box.width }
  }

  const isStillThere = (element: ElementHandle<HTMLElement | SVGElement> | null): Promise<boolean> | undefined =>
    element?.evaluate((node) => node.isConnected && node === document.activeElement)

  before(async () => {
    workbench = await joinWorkbench()
    page = await workbench.browser.newPage({ viewport: { width: 1000, height: 700 } })
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    await page.route(`${ORIGIN}/**`, async (route) => {
      const { pathname } = new URL(route.request().url())
      fetched.push(pathname)
      const file = FILES[pathname] as (typeof FILES)[string] | undefined
      await (file === undefined
        ? route.fulfill({ status: 204 })
        : route.fulfill({ status: 200, contentType: file.type, body: file.body }))
    })
    await page.exposeFunction('toHost', (message: FromScanView) => {
      if (message.type === 'action') actions.push(message.action)
      if (message.type === 'warnings') warnings.push(...message.texts)
    })
    await page.goto(ORIGIN)
    await open('scan.mha')
    await page.locator('body[data-rendered]').waitFor()
    const shown = { name: 'labels.mha', file: source('labels.mha'), structures: [structure('Larynx', 1)], ...UNNAMED }
    await send({ type: 'labelMaps', names: ['labels.mha', 'other.mha'], shown })
    await page.locator('body[data-labels="labels.mha"]').waitFor()
  })

  after(async () => {
    await workbench.leave()
  })

  it('leaves a slider in the hand while it is drawn again', async () => {
    const slider = page.getByLabel('Opacity of the label map')
    const element = await slider.elementHandle()
    const { x, y, width } = await middle(slider)
    await page.mouse.move(x, y)
    await page.mouse.down()
    const values: number[] = []
    for (const part of [0.1, 0.2, 0.3, 0.45]) {
      await page.mouse.move(x + part * width, y, { steps: 3 })
      await redraw()
      values.push(Number(await slider.inputValue()))
    }
    await page.mouse.up()
    assert.ok(
      values.every((value, at) => value > (values[at - 1] ?? 0.5)),
      values.join(', '),
    )
    assert.ok(values[3] > 0.9, values.join(', '))
    assert.ok(await isStillThere(element))
  })

  it('loses no click when it is drawn again between press and release', async () => {
    await redraw()
    const { x, y } = await middle(page.getByRole('button', { name: 'Cancel' }))
    await page.mouse.move(x, y)
    await page.mouse.down()
    await redraw()
    await redraw()
    await page.mouse.up()
    for (const until = Date.now() + 10_000; actions.length === 0 && Date.now() < until;) await page.waitForTimeout(50)
    assert.deepEqual(actions, ['cancel'])
  })

  for (const label of ['Label map', 'Window preset', 'Show Larynx', 'Jump to Larynx'])
    it(`leaves the focus on "${label}" while it is drawn again`, async () => {
      const control = page.getByLabel(label, { exact: true })
      await control.focus()
      const element = await control.elementHandle()
      await redraw()
      await redraw()
      assert.ok(await isStillThere(element))
    })

  it('says on its body what it shows, and reports no error', async () => {
    const body = page.locator('body')
    assert.equal(await body.getAttribute('data-run'), 'running')
    assert.equal(await body.getAttribute('data-labels'), 'labels.mha')
    assert.deepEqual(problems, [])
  })

  it('shows nothing of the label map before where the next one cannot be read', async () => {
    await send({ type: 'run', run: { kind: 'idle' } })
    await page.locator('.structures li[data-structure="Larynx"] .fact:text-is("4.1 ml")').waitFor()
    const picture = (): Promise<Buffer> => page.locator('.stage').screenshot()
    const before = await picture()
    const other = { name: 'other.mha', file: source('other.mha'), structures: [], ...UNNAMED }
    await send({ type: 'labelMaps', names: ['labels.mha', 'other.mha'], shown: other })
    await page.locator('.structures-section .problem:has-text("other.mha cannot be shown")').waitFor()
    assert.equal(await page.locator('.structures li').count(), 0)
    assert.notDeepEqual(await picture(), before)
  })
  it('fetches ITK, and the voxels that lie beside a header', async () => {
    await open('apart.mhd')
    await page.getByText(/· 70 HU/).waitFor()
    assert.ok(fetched.includes('/pipelines/meta-read-image.wasm.zst'))
    assert.ok(fetched.includes('/apart.raw'))
    assert.equal(warnings.length, 1)
    assert.match(warnings[0], /apart\.mhd gives the unknown unit of length/)
    assert.deepEqual(
      problems.filter((problem) => /WebAssembly|Content Security/.test(problem)),
      [],
    )
  })
})
