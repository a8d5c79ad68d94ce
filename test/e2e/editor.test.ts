import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { FrameLocator } from 'playwright-core'
import { contextMenu, openScan, runCommand, scanView, waitForScan } from '../support/workbench.js'
import { hasSharedData } from '../support/workbenchScans.js'
import { pictureOfFailure, startSession, type Session } from './session.js'

describe('the scan editor', function () {
  let session: Session
  let view: FrameLocator

  before(async function () {
    if (!hasSharedData) {
      process.stdout.write('    skipped: the real CT in ../shared/data is missing\n')
      this.skip()
    }
    session = await startSession([{ id: 'okbp_004', split: 'templates', labels: true }])
    const scan = readFileSync(path.join(session.folder, 'okbp_004_ct.nii.gz'))
    writeFileSync(path.join(session.folder, 'broken_cut.nii.gz'), scan.subarray(0, scan.length >> 1))
    writeFileSync(path.join(session.folder, 'broken_empty.nii'), '')
    writeFileSync(path.join(session.folder, 'broken_text.nii.gz'), gzipSync('this is no scan at all'.repeat(100)))
  })

  afterEach(async function () {
    await pictureOfFailure(this.currentTest, session.page)
  })

  after(async () => {
    await session.stop()
  })

  const status = async (): Promise<string> => (await view.locator('.status').textContent()) ?? ''

  it('draws a real CT with its label map, names and volumes', async () => {
    view = await openScan(session.page, 'okbp_004_ct.nii.gz')
    await view.locator('body[data-labels="okbp_004_seg.nii.gz"]').waitFor()
    assert.match((await view.locator('li[data-structure="Mandible"]').textContent()) ?? '', /Mandible63\.\d ml/)
    assert.match(await status(), /^-?[\d.]+, -?[\d.]+, -?[\d.]+ mm · voxel \d+, \d+, \d+ · -?\d+ HU$/)
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
    // The focus travels through the extension host; people are slower than that.
    await session.page.waitForTimeout(1000)
    await session.page.keyboard.press('1')
    await view.locator('button[aria-pressed="true"]:text-is("Axial")').waitFor()
    await session.page.keyboard.press('Shift+3')
    await view.locator('[data-part="window"]:text-is("L 480 W 2500")').waitFor()
    await session.page.keyboard.press('r')
    await view.locator('button:text-is("Neurological")').waitFor()
    await session.page.keyboard.press('r')
    const before = await status()
    await session.page.keyboard.press('PageUp')
    await view.locator(`.status:not(:text-is("${before}"))`).waitFor()
    await session.page.locator('.explorer-folders-view').click({ position: { x: 60, y: 300 } })
    await session.page.keyboard.press('2')
    await session.page.waitForTimeout(500)
    assert.equal(await view.locator('button[aria-pressed="true"]:text-is("Axial")').count(), 1)
  })

  it('runs every key as a command too, and lists them', async () => {
    await runCommand(session.page, 'MedLSAM: Show Keys and Mouse')
    await view.locator('dialog.help').waitFor()
    assert.ok((await view.locator('dialog.help tbody tr').count()) > 30)
    await view.getByRole('button', { name: 'Close' }).click()
    await runCommand(session.page, 'MedLSAM: Coronal Layout')
    await view.locator('button[aria-pressed="true"]:text-is("Coronal")').waitFor()
  })

  it('shows the same view again after a reload', async () => {
    const before = await status()
    await session.page.waitForTimeout(1500)
    await session.page.reload()
    view = await waitForScan(session.page)
    await view.locator('button[aria-pressed="true"]:text-is("Coronal")').waitFor()
    await view.locator('[data-part="window"]:text-is("L 480 W 2500")').waitFor()
    assert.equal(await status(), before)
  })

  for (const [file, problem] of [
    ['broken_cut.nii.gz', /cut short or damaged.*Copy it again/],
    ['broken_empty.nii', /empty.*Copy it again/],
    ['broken_text.nii.gz', /not a NIfTI file.*Export/],
  ] as const) {
    it(`says what is wrong with ${file} and what to do`, async () => {
      await contextMenu(session.page, file, 'Open Scan')
      const card = scanView(session.page).locator('.notice .card', { has: scanView(session.page).locator(`h2:text-is("${file}")`) })
      const text = await card.locator('.problem').textContent()
      assert.match(text ?? '', problem)
    })
  }
})
