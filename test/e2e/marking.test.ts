import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { FrameLocator } from 'playwright-core'
import { accessibilityProblems } from '../support/accessibility.js'
import { answer, openScan, pick, runCommand, waitForScan } from '../support/workbench.js'
import { syntheticScan } from '../support/syntheticScans.js'
import { pictureOfFailure, startSession, type Session } from './session.js'

const PLACES = [
  [0.25, 0.25],
  [0.3, 0.3],
  [0.2, 0.8],
  [0.35, 0.2],
  [0.3, 0.6],
  [0.4, 0.5],
] as const

describe('marking templates', function () {
  let session: Session
  let view: FrameLocator

  before(async () => {
    session = await startSession([{ scan: syntheticScan(2), labels: true }])
    view = await openScan(session.page, 'synth_2_ct.nii.gz')
    await view.locator('body[data-labels]').waitFor()
  })

  afterEach(async function () {
    await pictureOfFailure(this.currentTest, session.page)
  })

  after(async () => {
    await session.stop()
  })

  const count = (points: number): Promise<void> =>
    view.locator(`.marks li .fact:text-is("${points}/6")`).first().waitFor()
  const markups = (): string => path.join(session.folder, 'synth_2_ct.mrk.json')
  const dirty = (): Promise<number> => session.page.locator('.tab.dirty').count()

  it('suggests organ names and guides through six points with a live box', async () => {
    await view.getByRole('button', { name: 'Add structure' }).click()
    await session.page.locator('.quick-input-widget:visible input.input').fill('LeftParo')
    await pick(session.page, 'LeftParotid')
    await view.locator('.guide-bar:has-text("the left parotid farthest down")').waitFor()
    const canvas = view.locator('canvas.planes')
    const box = await canvas.boundingBox()
    assert.ok(box)
    for (const [index, [x, y]] of PLACES.entries()) {
      // A click only looks.
      await canvas.dblclick({ position: { x: box.width * x, y: box.height * y } })
      await count(index + 1)
    }
    await view.locator('.guide-bar:has-text("All six points")').waitFor()
    assert.ok((await view.locator('rect.mark-box').count()) >= 3, 'a box in every plane')
    await session.page.locator('.tab.dirty').first().waitFor()
    assert.equal(await dirty(), 1)
  })

  it('undoes and redoes', async () => {
    await session.page.keyboard.press('Control+z')
    await count(5)
    await session.page.keyboard.press('Control+Shift+z')
    await count(6)
  })

  it('moves a point that is dragged, and only that', async () => {
    const { page } = session
    const coordinates = (): Promise<string[]> => view.locator('.sides .fact').allTextContents()
    const before = await coordinates()
    await view.getByRole('button', { name: 'Jump to Superior' }).click()
    const dot = view.locator('.mark-point[data-side="superior"]:not(.off-plane)').first()
    const box = await dot.boundingBox()
    assert.ok(box)
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    await page.mouse.down()
    await page.mouse.move(box.x + 25, box.y - 15, { steps: 6 })
    await page.mouse.up()
    await view.locator(`.sides li[data-side="superior"] .fact:not(:text-is("${before[1]}"))`).waitFor()
    assert.deepEqual(
      (await coordinates()).filter((_, index) => index !== 1),
      before.filter((_, index) => index !== 1),
    )
    await page.keyboard.press('Control+z')
    await view.locator(`.sides li[data-side="superior"] .fact:text-is("${before[1]}")`).waitFor()
  })

  it('jumps to a point, recolours and renames a structure', async () => {
    const { page } = session
    await view.getByRole('button', { name: 'Jump to Anterior' }).click()
    const point = (await view.locator('.sides li[data-side="anterior"] .fact').textContent()) ?? ''
    const reading = ((await view.locator('.status').textContent()) ?? '').split(' mm')[0].split(', ').map(Number)
    // The crosshair stands on the nearest voxel, which may be 4 mm wide.
    point.split(', ').forEach((mm, axis) => {
      assert.ok(Math.abs(Number(mm) - reading[axis]) <= 3, `${point} against ${reading.join(', ')}`)
    })
    await view.getByRole('button', { name: 'Change the colour of LeftParotid' }).click()
    await pick(page, 'Magenta')
    await view.locator('.marks button.swatch[style*="204, 121, 167"], .marks button.swatch[style*="#cc79a7"]').waitFor()
    await view.getByRole('button', { name: 'Rename LeftParotid' }).click()
    await answer(page, 'Parotid of the left')
    await view.locator('.marks li[data-structure="Parotid of the left"]').waitFor()
    assert.deepEqual(await accessibilityProblems(view), [])
    await page.keyboard.press('Control+z')
    await view.locator('.marks li[data-structure="LeftParotid"]').waitFor()
    await page.keyboard.press('Control+z')
  })

  it('keeps unsaved points over a reload', async () => {
    await session.page.waitForTimeout(3000)
    await session.page.reload()
    view = await waitForScan(session.page)
    await count(6)
    assert.equal(existsSync(markups()), false)
  })

  it('saves a file that 3D Slicer reads', async () => {
    await runCommand(session.page, 'File: Save')
    await session.page.locator('.tab:not(.dirty)').first().waitFor()
    const file = JSON.parse(readFileSync(markups(), 'utf8')) as {
      markups: { name: string; coordinateSystem: string; controlPoints: { label: string }[] }[]
    }
    assert.equal(file.markups[0].name, 'LeftParotid')
    assert.equal(file.markups[0].coordinateSystem, 'LPS')
    assert.deepEqual(
      file.markups[0].controlPoints.map(({ label }) => label),
      ['inferior', 'posterior', 'right', 'superior', 'anterior', 'left'],
    )
  })

  it('places a missing point also where another one lies, and takes it back when the file is reverted', async () => {
    const { page } = session
    await view.locator('.marks [data-key="mark-LeftParotid"]').click()
    await view.getByRole('button', { name: 'Delete the Left point' }).click()
    await count(5)
    await view.getByRole('button', { name: 'Jump to Superior' }).click()
    await view.getByRole('button', { name: 'Place Left next' }).click()
    const superior = await view.locator('.sides li[data-side="superior"] .fact').textContent()
    const box = await view.locator('.mark-point[data-side="superior"]:not(.off-plane)').first().boundingBox()
    assert.ok(box)
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
    await count(6)
    assert.equal(await view.locator('.sides li[data-side="superior"] .fact').textContent(), superior)
    await runCommand(page, 'File: Revert File')
    await count(6)
    assert.equal(await dirty(), 0)
  })

  it('takes over points that another program writes, and asks before it overwrites them', async () => {
    const { page } = session
    const mine = readFileSync(markups(), 'utf8')
    const theirs = mine.replace('"LeftParotid"', '"Glandula"')
    const conflict = page.locator('.monaco-dialog-box', { hasText: /Another program changed synth_2_ct\.mrk\.json/ })
    const saveOverTheirs = async (choice: string): Promise<void> => {
      await view.getByRole('button', { name: 'Delete the Left point' }).click()
      await count(5)
      writeFileSync(markups(), theirs)
      await runCommand(page, 'File: Save')
      await conflict.getByRole('button', { name: choice }).click()
    }
    writeFileSync(markups(), theirs)
    await view.locator('.marks li[data-structure="Glandula"]').waitFor()
    assert.equal(await dirty(), 0)
    writeFileSync(markups(), mine)
    await view.locator('.marks li[data-structure="LeftParotid"]').waitFor()
    await view.locator('.marks [data-key="mark-LeftParotid"]').click()
    await saveOverTheirs('Cancel')
    await session.page.locator('.tab.dirty').first().waitFor()
    assert.equal(await dirty(), 1)
    assert.equal(await page.locator('.notification-list-item').count(), 0)
    assert.equal(readFileSync(markups(), 'utf8'), theirs)
    await runCommand(page, 'File: Save')
    await conflict.getByRole('button', { name: 'Revert' }).click()
    await view.locator('.marks li[data-structure="Glandula"] .fact:text-is("6/6")').waitFor()
    assert.equal(readFileSync(markups(), 'utf8'), theirs)
    writeFileSync(markups(), mine)
    await view.locator('.marks li[data-structure="LeftParotid"]').waitFor()
    await view.locator('.marks [data-key="mark-LeftParotid"]').click()
    await saveOverTheirs('Overwrite')
    await page.locator('.tab:not(.dirty)').first().waitFor()
    assert.match(readFileSync(markups(), 'utf8'), /"LeftParotid"/)
    writeFileSync(markups(), mine)
    await count(6)
  })

  it('derives the points of every label and lists the set in the sidebar', async () => {
    await view.getByRole('button', { name: /Use this label map/ }).click()
    await answer(session.page, 'HeadNeck')
    await view.locator('.marks li[data-structure="Mandible"] .fact:text-is("6/6")').waitFor({ timeout: 60_000 })
    const set = JSON.parse(readFileSync(path.join(session.folder, 'HeadNeck.medlsam.json'), 'utf8')) as {
      structures: unknown[]
      scans: { path: string }[]
    }
    assert.equal(set.structures.length, 7)
    assert.equal(set.scans[0].path, 'synth_2_ct.nii.gz')
    await session.page.locator('.activitybar .action-item a[aria-label^="MedLSAM"]').click()
    const row = session.page.locator('.pane-body .monaco-list-row[aria-label*="HeadNeck"]').first()
    await row.waitFor()
    assert.match((await row.textContent()) ?? '', /7 structures, 1 scan(?!s)/)
  })

  it('keeps the set in step when moved points are saved', async () => {
    const left = (): readonly number[] =>
      (
        JSON.parse(readFileSync(path.join(session.folder, 'HeadNeck.medlsam.json'), 'utf8')) as {
          scans: { structures: { Mandible: { points: { left: number[] } } } }[]
        }
      ).scans[0].structures.Mandible.points.left
    const before = left()
    await view.getByRole('button', { name: 'Place points of Mandible' }).click()
    await view.getByRole('button', { name: 'Jump to Left;' }).click()
    const canvas = view.locator('canvas.planes')
    const box = await canvas.boundingBox()
    assert.ok(box)
    await view.getByLabel('Place with a click').check()
    await canvas.click({ position: { x: box.width * 0.8, y: box.height * 0.3 } })
    await session.page.locator('.tab.dirty').waitFor()
    assert.deepEqual(left(), before)
    await runCommand(session.page, 'File: Save')
    await session.page.locator('.tab:not(.dirty)').first().waitFor()
    for (const until = Date.now() + 20_000; Date.now() < until && left().join() === before.join();)
      await session.page.waitForTimeout(200)
    assert.notDeepEqual(left(), before)
  })

  it('adds the marked scan to a set and leaves nothing unsaved', async () => {
    await view.getByRole('button', { name: 'Delete the Left point' }).click()
    await session.page.locator('.tab.dirty').waitFor()
    await view.getByRole('button', { name: 'Add to template set…' }).click()
    await pick(session.page, 'HeadNeck')
    await session.page.locator('.tab.dirty').waitFor({ state: 'detached' })
    await session.page
      .locator('.notification-list-item', { hasText: /is a template of \d structures in HeadNeck\.$/ })
      .waitFor()
  })

  it('can be done with the keyboard alone', async () => {
    const { page } = session
    await runCommand(page, 'View: Focus Active Editor Group')
    await view.locator('.stage:focus').waitFor()
    // The focus travels through the extension host; people are slower than that.
    await page.waitForTimeout(1000)
    await page.keyboard.press('Shift+A')
    await answer(page, 'Thyroid')
    await view.locator('.guide-bar:has-text("the thyroid farthest down")').waitFor()
    await runCommand(page, 'View: Focus Active Editor Group')
    await page.waitForTimeout(1000)
    const item = view.locator('.marks li[data-structure="Thyroid"]')
    for (const [index, key] of ['ArrowDown', 'ArrowLeft', 'PageDown', 'ArrowUp', 'ArrowRight', 'PageUp'].entries()) {
      await page.keyboard.press(key)
      await page.keyboard.press('Enter')
      await item.locator(`.fact:text-is("${index + 1}/6")`).waitFor()
    }
    await page.keyboard.press('n')
    await page.keyboard.press('Delete')
    await item.locator('.fact:text-is("5/6")').waitFor()
    await page.keyboard.press('Control+z')
    await item.locator('.fact:text-is("6/6")').waitFor()
    // From the planes on through the panel, as the Tab key goes.
    const reached: string[] = []
    for (let step = 0; step < 100 && !reached.includes('Remove Thyroid'); step++) {
      await page.keyboard.press('Tab')
      reached.push((await view.locator(':focus').getAttribute('aria-label')) ?? '')
    }
    await page.keyboard.press('Enter')
    await item.waitFor({ state: 'detached' })
  })
})
