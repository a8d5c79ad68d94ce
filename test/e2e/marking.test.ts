import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { FrameLocator } from 'playwright-core'
import { openScan, runCommand, waitForScan } from '../support/workbench.js'
import { hasSharedData } from '../support/workbenchScans.js'
import { pictureOfFailure, startSession, type Session } from './session.js'

const PLACES = [[0.25, 0.25], [0.3, 0.3], [0.2, 0.75], [0.35, 0.2], [0.3, 0.7], [0.4, 0.75]] as const

describe('marking templates', function () {
  let session: Session
  let view: FrameLocator

  before(async function () {
    if (!hasSharedData) this.skip()
    session = await startSession([{ id: 'okbp_013', split: 'templates', labels: true }])
    view = await openScan(session.page, 'okbp_013_ct.nii.gz')
    await view.locator('body[data-labels]').waitFor()
  })

  afterEach(async function () {
    await pictureOfFailure(this.currentTest, session.page)
  })

  after(async () => {
    await session.stop()
  })

  const count = (points: number): Promise<void> => view.locator(`.marks li .fact:text-is("${points}/6")`).first().waitFor()
  const markups = (): string => path.join(session.folder, 'okbp_013_ct.mrk.json')
  const dirty = (): Promise<number> => session.page.locator('.tab.dirty').count()

  it('suggests organ names and guides through six points with a live box', async () => {
    await view.getByRole('button', { name: 'Add structure' }).click()
    await session.page.locator('.quick-input-widget:visible input.input').fill('LeftParo')
    await session.page.locator('.quick-input-list .monaco-list-row', { hasText: 'LeftParotid' }).first().click()
    await view.locator('.guide-bar:has-text("the left parotid farthest down")').waitFor()
    const canvas = view.locator('canvas.planes')
    const box = await canvas.boundingBox()
    assert.ok(box)
    for (const [index, [x, y]] of PLACES.entries()) {
      await canvas.click({ position: { x: box.width * x, y: box.height * y } })
      await count(index + 1)
    }
    await view.locator('.guide-bar:has-text("All six points")').waitFor()
    assert.ok((await view.locator('rect.mark-box').count()) >= 3, 'a box in every plane')
    assert.equal(await dirty(), 1)
  })

  it('undoes and redoes', async () => {
    await session.page.keyboard.press('Control+z')
    await count(5)
    await session.page.keyboard.press('Control+Shift+z')
    await count(6)
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
    const file = JSON.parse(readFileSync(markups(), 'utf8')) as { markups: { name: string; coordinateSystem: string; controlPoints: { label: string }[] }[] }
    assert.equal(file.markups[0].name, 'LeftParotid')
    assert.equal(file.markups[0].coordinateSystem, 'LPS')
    assert.deepEqual(file.markups[0].controlPoints.map(({ label }) => label), ['inferior', 'posterior', 'right', 'superior', 'anterior', 'left'])
  })

  it('takes a deleted point back when the file is reverted', async () => {
    await view.locator('.marks .link.name').first().click()
    await view.getByRole('button', { name: 'Delete the Left point' }).click()
    await count(5)
    await runCommand(session.page, 'File: Revert File')
    await count(6)
    assert.equal(await dirty(), 0)
  })

  it('derives the points of every label and lists the set in the sidebar', async () => {
    await view.getByRole('button', { name: /Use this label map/ }).click()
    await session.page.locator('.quick-input-widget:visible input.input').fill('HeadNeck')
    await session.page.keyboard.press('Enter')
    await view.locator('.marks li[data-structure="Mandible"] .fact:text-is("6/6")').waitFor({ timeout: 60_000 })
    const set = JSON.parse(readFileSync(path.join(session.folder, 'HeadNeck.medlsam.json'), 'utf8')) as { structures: unknown[]; scans: { path: string }[] }
    assert.equal(set.structures.length, 7)
    assert.equal(set.scans[0].path, 'okbp_013_ct.nii.gz')
    await session.page.locator('.activitybar .action-item a[aria-label^="MedLSAM"]').click()
    const row = session.page.locator('.pane-body .monaco-list-row[aria-label*="HeadNeck"]').first()
    await row.waitFor()
    assert.match((await row.textContent()) ?? '', /7 structures, 1 scans?/)
  })
})
