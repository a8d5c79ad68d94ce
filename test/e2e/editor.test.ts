import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { FrameLocator, Locator } from 'playwright-core'
import { accessibilityProblems } from '../support/accessibility.js'
import { convertScan } from '../support/convertScan.js'
import {
  answer,
  changeSetting,
  changesPicture,
  changeTheme,
  closeEditor,
  contextMenu,
  explorerRow,
  openFolder,
  openScan,
  runCommand,
  scanView,
  waitForScan,
} from '../support/workbench.js'
import { syntheticScan } from '../support/syntheticScans.js'
import { startBrowser } from '../support/workbenchBrowser.js'
import { pictureOfFailure, startSession, userSettings, type Session } from './session.js'

const [COLUMNS, ROWS, SLICES] = [20, 16, 10]

/** A scan, stored toward the left and the back as DICOM does, each of whose voxels holds its own place in the file. */
function scanOfPlaces(): Buffer {
  const header = [
    'ObjectType = Image',
    'NDims = 3',
    'BinaryData = True',
    'BinaryDataByteOrderMSB = False',
    'CompressedData = False',
    'TransformMatrix = 1 0 0 0 1 0 0 0 1',
    'Offset = 0 0 0',
    'ElementSpacing = 4 5 6',
    `DimSize = ${COLUMNS} ${ROWS} ${SLICES}`,
    'ElementType = MET_SHORT',
    'ElementDataFile = LOCAL',
    '',
  ]
  return Buffer.concat([
    Buffer.from(header.join('\n')),
    Buffer.from(Int16Array.from({ length: COLUMNS * ROWS * SLICES }, (_, place) => place).buffer),
  ])
}

describe('the scan editor', function () {
  let session: Session
  let view: FrameLocator

  before(async () => {
    session = await startSession([{ scan: syntheticScan(1), labels: true }])
    const scan = readFileSync(path.join(session.folder, 'synth_1_ct.nii.gz'))
    writeFileSync(path.join(session.folder, 'broken_cut.nii.gz'), scan.subarray(0, scan.length >> 1))
    writeFileSync(path.join(session.folder, 'broken_empty.nii'), '')
    writeFileSync(path.join(session.folder, 'places.mha'), scanOfPlaces())
    writeFileSync(path.join(session.folder, 'broken_cut.mha'), scanOfPlaces().subarray(0, 4000))
    writeFileSync(path.join(session.folder, 'broken_text.nii.gz'), gzipSync('this is no scan at all'.repeat(100)))
    writeFileSync(path.join(session.folder, 'plain_ct.nii.gz'), scan)
    for (const format of ['nrrd', 'mha'])
      await convertScan(
        path.join(session.folder, 'synth_1_ct.nii.gz'),
        path.join(session.folder, `as_${format}.${format}`),
      )
  })

  afterEach(async function () {
    await pictureOfFailure(this.currentTest, session.page)
  })

  after(async () => {
    await session.stop()
  })

  const status = async (): Promise<string> => (await view.locator('.status').textContent()) ?? ''
  const crosshairMm = async (): Promise<number[]> => (await status()).split(' mm')[0].split(', ').map(Number)
  /** Position in mm and HU: the voxel's place in the file is the format's own business. */
  const place = async (): Promise<string> => (await status()).replace(/ · voxel [-\d, ]+/, '')
  let firstPlace = ''

  const changesPlanes = (what: string, action: () => Promise<unknown>): Promise<void> =>
    changesPicture(view.locator('.stage'), what, action)

  async function readableInAllThemes(shown: FrameLocator): Promise<void> {
    for (const theme of ['Light Modern', 'Light High Contrast', 'Dark High Contrast', 'Dark Modern']) {
      await changeTheme(session.page, theme)
      assert.deepEqual(await accessibilityProblems(shown), [], theme)
    }
  }

  /** Presses the key of a layout right after the focus has come, which travels through the extension host at its own speed. */
  async function pressForLayout(key: string, pressed: Locator): Promise<void> {
    for (let attempt = 0; attempt < 10 && !(await pressed.isVisible()); attempt++) {
      await session.page.waitForTimeout(1000)
      await session.page.keyboard.press(key)
    }
    await pressed.waitFor()
  }

  it('draws a CT with its label map, names and volumes', async () => {
    view = await openScan(session.page, 'synth_1_ct.nii.gz')
    await view.locator('body[data-labels="synth_1_seg.nii.gz"]').waitFor()
    assert.match((await view.locator('li[data-structure="Mandible"]').textContent()) ?? '', /Mandible65\.\d ml/)
    assert.match(await status(), /^-?[\d.]+, -?[\d.]+, -?[\d.]+ mm · voxel \d+, \d+, \d+ · -?\d+ HU$/)
    firstPlace = await place()
  })

  for (const format of ['nrrd', 'mha']) {
    it(`opens the same scan as .${format}`, async () => {
      view = await openScan(session.page, `as_${format}.${format}`)
      assert.equal(await place(), firstPlace)
      await closeEditor(session.page)
      view = await waitForScan(session.page, 'synth_1_ct.nii.gz')
    })
  }

  it('counts voxels as the file does', async () => {
    view = await openScan(session.page, 'places.mha')
    const before = await status()
    await view.locator('canvas.planes').click({ position: { x: 120, y: 90 } })
    await view.locator(`.status:not(:text-is("${before}"))`).waitFor()
    const [column, row, slice, value] = (/voxel (\d+), (\d+), (\d+) · (\d+)$/.exec(await status()) ?? [])
      .slice(1)
      .map(Number)
    assert.equal(column + COLUMNS * (row + ROWS * slice), value, await status())
    await closeEditor(session.page)
    view = await waitForScan(session.page, 'synth_1_ct.nii.gz')
  })

  it('lets the opacity be dragged', async () => {
    const { page } = session
    const slider = view.getByLabel('Opacity of the label map')
    const box = await slider.boundingBox()
    assert.ok(box)
    const y = box.y + box.height / 2
    await page.mouse.move(box.x + box.width / 2, y)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width - 4, y, { steps: 8 })
    await page.mouse.up()
    assert.ok(Number(await slider.inputValue()) > 0.9, await slider.inputValue())
    await slider.fill('0.5')
  })

  it('offers a label map that is written later, and shows none once that is gone', async () => {
    const { page, folder } = session
    const late = path.join(folder, 'synth_1_ct_dseg.nii.gz')
    copyFileSync(path.join(folder, 'synth_1_seg.nii.gz'), late)
    await view
      .getByLabel('Label map', { exact: true })
      .locator('option:text-is("synth_1_ct_dseg.nii.gz")')
      .waitFor({ state: 'attached' })
    await view.getByLabel('Label map', { exact: true }).selectOption({ label: 'synth_1_ct_dseg.nii.gz' })
    await view.locator('body[data-labels="synth_1_ct_dseg.nii.gz"]').waitFor()
    await openScan(page, 'plain_ct.nii.gz')
    rmSync(late)
    await closeEditor(page)
    view = await waitForScan(page, 'synth_1_ct.nii.gz')
    await view
      .getByLabel('Label map', { exact: true })
      .locator('option:checked:text-is("None shown")')
      .waitFor({ state: 'attached' })
    await view.getByLabel('Label map', { exact: true }).selectOption({ label: 'synth_1_seg.nii.gz' })
    await view.locator('body[data-labels="synth_1_seg.nii.gz"]').waitFor()
  })

  it('obeys the mouse, and every control of the label map', async () => {
    const { page } = session
    const canvas = view.locator('canvas.planes')
    const box = await canvas.boundingBox()
    assert.ok(box)
    const [x, y] = [box.x + box.width * 0.25, box.y + box.height * 0.25]
    const drag = async (button: 'right' | 'middle'): Promise<void> => {
      await page.mouse.move(x, y)
      await page.mouse.down({ button })
      await page.mouse.move(x + 60, y + 30, { steps: 5 })
      await page.mouse.up({ button })
    }
    await page.mouse.move(x, y)
    const before = await status()
    await page.mouse.wheel(0, 120)
    await view.locator(`.status:not(:text-is("${before}"))`).waitFor()
    await changesPlanes('drag with the right button', () => drag('right'))
    await view.locator('[data-part="window"]:not(:text-is("L 40 W 400"))').waitFor()
    await view.getByLabel('Window preset').selectOption({ label: 'Soft tissue' })
    await view.locator('[data-part="window"]:text-is("L 40 W 400")').waitFor()
    await changesPlanes('drag with the middle button', () => drag('middle'))
    await changesPlanes('Ctrl and the wheel', async () => {
      await page.keyboard.down('Control')
      await page.mouse.wheel(0, -240)
      await page.keyboard.up('Control')
    })
    await view.getByRole('button', { name: 'Reset zoom' }).click()
    await view.getByRole('button', { name: 'Jump to Mandible' }).click()
    await changesPlanes('hide one structure', () => view.getByLabel('Show Mandible').uncheck())
    await view.getByLabel('Show Mandible').check()
    await changesPlanes('outline', () => view.getByLabel('Outline').uncheck())
    await view.getByLabel('Outline').check()
    await changesPlanes('opacity', () => view.getByLabel('Opacity of the label map').fill('1'))
    await changesPlanes('hide the label map', () => view.getByLabel('Show', { exact: true }).uncheck())
    await view.getByLabel('Show', { exact: true }).check()
    await view.getByLabel('Label map', { exact: true }).selectOption({ label: 'None shown' })
    await view.locator('body:not([data-labels])').waitFor()
    await view.getByLabel('Label map', { exact: true }).selectOption({ label: 'synth_1_seg.nii.gz' })
    await view.locator('body[data-labels="synth_1_seg.nii.gz"]').waitFor()
  })

  it('jumps to a structure that is clicked', async () => {
    const before = await status()
    await view.getByRole('button', { name: 'Jump to LeftParotid' }).click()
    const after = await status()
    assert.notEqual(after, before)
    assert.ok(Number.parseFloat(after) < -20, `the left parotid lies to the left: ${after}`)
  })

  it('obeys its keys only while the planes have the focus', async () => {
    await view.locator('canvas.planes').click({ position: { x: 120, y: 120 } })
    await pressForLayout('1', view.locator('[data-key="axial"][aria-pressed="true"]'))
    await session.page.keyboard.press('Shift+3')
    await view.locator('[data-part="window"]:text-is("L 480 W 2500")').waitFor()
    await session.page.keyboard.press('r')
    await view.locator('button:has-text("R right")').waitFor()
    await session.page.keyboard.press('r')
    const before = await status()
    await session.page.keyboard.press('PageUp')
    await view.locator(`.status:not(:text-is("${before}"))`).waitFor()
    await session.page.locator('.explorer-folders-view').click({ position: { x: 60, y: 300 } })
    await session.page.keyboard.press('2')
    await session.page.waitForTimeout(500)
    assert.equal(await view.locator('[data-key="axial"][aria-pressed="true"]').count(), 1)
  })

  it('runs every key as a command too, and lists them', async () => {
    await runCommand(session.page, 'MedLSAM View: Show Keys and Mouse')
    await view.locator('dialog.help').waitFor()
    assert.ok((await view.locator('dialog.help tbody tr').count()) > 30)
    await view.locator('dialog.help tr', { hasText: 'Add Structure' }).waitFor()
    assert.deepEqual(await accessibilityProblems(view), [])
    await view.getByRole('button', { name: 'Close' }).click()
    await runCommand(session.page, 'MedLSAM View: Coronal Plane Only')
    await view.locator('[data-key="coronal"][aria-pressed="true"]').waitFor()
  })

  it('shows the same view again after a reload', async () => {
    const before = await status()
    await session.page.waitForTimeout(1500)
    await session.page.reload()
    view = await waitForScan(session.page)
    await view.locator('[data-key="coronal"][aria-pressed="true"]').waitFor()
    await view.locator('[data-part="window"]:text-is("L 480 W 2500")').waitFor()
    assert.equal(await status(), before)
  })

  it('moves in the plane of a layout that came back', async () => {
    // Not with the mouse, which tells the plane as well.
    await view.locator('.stage').focus()
    // The focus travels through the extension host; people are slower than that.
    await session.page.waitForTimeout(1000)
    const before = await crosshairMm()
    const text = await status()
    await session.page.keyboard.press('PageUp')
    await view.locator(`.status:not(:text-is("${text}"))`).waitFor()
    assert.deepEqual(
      (await crosshairMm()).map((mm, axis) => mm !== before[axis]),
      [false, true, false],
    )
  })

  it('agrees with a second editor of the same scan', async () => {
    const { page } = session
    await runCommand(page, 'View: Split Editor Right')
    const [left, right] = [scanView(page, 0), scanView(page, 1)]
    for (const side of [left, right]) await side.locator('body[data-labels]').waitFor()
    // Keys go to the one that was clicked, whichever was in front.
    for (const side of [left, right]) {
      await side.locator('canvas.planes').click({ position: { x: 60, y: 120 } })
      await pressForLayout('4', side.locator('[data-key="multiplanar"][aria-pressed="true"]'))
    }
    // Beside each other they are too narrow for the side panel, until it is asked for.
    for (const side of [left, right]) await side.getByRole('button', { name: 'Show or hide the side panel' }).click()
    await left.getByRole('button', { name: 'Jump to Larynx' }).click()
    const text = (await left.locator('.status').textContent()) ?? ''
    await right.locator(`.status:text-is("${text}")`).waitFor()
    await right.getByRole('button', { name: 'Add structure' }).click()
    await answer(page, 'Larynx')
    await left.locator('.marks li[data-structure="Larynx"]').waitFor()
    await right.getByRole('button', { name: 'Remove Larynx' }).click()
    await left.locator('.marks').waitFor({ state: 'detached' })
    await runCommand(page, 'File: Revert File')
    await closeEditor(page)
    view = await waitForScan(page)
  })

  it('has names and contrast for everyone, in light, dark and high contrast', async () => {
    await readableInAllThemes(view)
  })

  it('opens scans on a click, and writes that down only when the setting says so', async () => {
    const { page, server } = session
    const associations = (): unknown => userSettings(server)['workbench.editorAssociations']
    await explorerRow(page, 'plain_ct.nii.gz').dblclick()
    await page.locator('.tab.active', { hasText: 'plain_ct.nii.gz' }).waitFor()
    await waitForScan(page, 'plain_ct.nii.gz')
    assert.equal(associations(), undefined)
    await closeEditor(page)
    await changeSetting(page, 'medlsam.editor.default', true)
    await explorerRow(page, 'plain_ct.nii.gz').dblclick()
    await page.locator('.tab.active', { hasText: 'plain_ct.nii.gz' }).waitFor()
    await waitForScan(page, 'plain_ct.nii.gz')
    assert.match(JSON.stringify(associations()), /"\*\.mhd":"medlsam\.scanEditor"/)
    await closeEditor(page)
    await changeSetting(page, 'medlsam.editor.default', false)
    assert.deepEqual(associations(), {})
  })

  it('says when a scan is larger than the setting allows, and opens it when that is raised', async () => {
    const { page } = session
    await changeSetting(page, 'medlsam.editor.maxSizeMb', '1')
    for (const file of ['as_nrrd.nrrd', 'plain_ct.nii.gz']) {
      await contextMenu(page, file, 'Open Scan')
      const card = scanView(page).locator('.notice .card', { has: scanView(page).locator(`h2:text-is("${file}")`) })
      assert.match((await card.locator('.problem').textContent()) ?? '', /more than 1 MB.*medlsam\.editor\.maxSizeMb/)
    }
    await changeSetting(page, 'medlsam.editor.maxSizeMb', '1024')
    await waitForScan(page, 'plain_ct.nii.gz')
  })

  it('says when a scan that was open is gone, and shows it again once it is back', async () => {
    const { page, folder } = session
    const [file, elsewhere] = [path.join(folder, 'plain_ct.nii.gz'), path.join(folder, 'elsewhere')]
    // Only the pages that were seen last are kept: this one is read again when it comes back.
    for (const other of ['as_mha.mha', 'as_nrrd.nrrd', 'places.mha']) await openScan(page, other)
    renameSync(file, elsewhere)
    await page.locator('.tab', { hasText: 'plain_ct.nii.gz' }).click()
    const card = scanView(page).locator('.notice .card', {
      has: scanView(page).locator('h2:text-is("plain_ct.nii.gz")'),
    })
    assert.match((await card.locator('.problem').textContent()) ?? '', /not there any more\. Put it back/)
    assert.equal(await page.locator('.notification-list-item').count(), 0)
    renameSync(elsewhere, file)
    await card.getByRole('button', { name: 'Try again' }).click()
    await waitForScan(page, 'plain_ct.nii.gz')
  })

  for (const [file, problem] of [
    ['broken_cut.nii.gz', /cut off or damaged.*copy it again/],
    ['broken_cut.mha', /cut off.*copy or export it again/],
    ['broken_empty.nii', /empty.*Copy it again/],
    ['broken_text.nii.gz', /(not a NIfTI file|too short).*export/],
  ] as const) {
    it(`says what is wrong with ${file} and what to do`, async () => {
      await contextMenu(session.page, file, 'Open Scan')
      const card = scanView(session.page).locator('.notice .card', {
        has: scanView(session.page).locator(`h2:text-is("${file}")`),
      })
      const text = await card.locator('.problem').textContent()
      assert.match(text ?? '', problem)
      assert.deepEqual(await accessibilityProblems(scanView(session.page)), [])
    })
  }

  it('says it so that everyone can read it, in light, dark and high contrast', async () => {
    await readableInAllThemes(scanView(session.page))
  })

  it('draws planes where the machine has no WebGL2, and says why there is no 3D', async () => {
    const browser = await startBrowser(['--disable-3d-apis'])
    try {
      const page = await openFolder(browser, session.server, session.folder)
      await runCommand(page, 'View: Close All Editors')
      await contextMenu(page, 'plain_ct.nii.gz', 'Open Scan')
      assert.match(
        (await (await waitForScan(page)).locator('.render-problem').textContent()) ?? '',
        /no WebGL2.*hardware acceleration/,
      )
    } finally {
      await browser.close()
    }
  })
})
