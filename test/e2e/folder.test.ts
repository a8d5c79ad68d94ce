import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Locator } from 'playwright-core'
import {
  clickInToast,
  contextMenu,
  pick,
  pickExactly,
  refreshExplorer,
  runCommand,
  scanView,
  waitForScan,
} from '../support/workbench.js'
import { syntheticScan } from '../support/syntheticScans.js'
import { enginePid, makeTemplateSet } from './runSteps.js'
import { pictureOfFailure, startSession, type Session } from './session.js'

const SCAN = 'synth_2_ct.nii.gz'

describe('Segment All Scans in Folder', function () {
  let session: Session

  before(async () => {
    session = await startSession(
      [
        { scan: syntheticScan(1), labels: true },
        { scan: syntheticScan(2), labels: false },
      ],
      {
        // What is tested here asks for results, however they were found: the fastest way.
        'medlsam.run.method': 'medlam',
        'medlsam.run.quality': 'draft',
        // A summary that opens would scroll the Explorer to itself, away from what is clicked next.
        'explorer.autoReveal': false,
      },
    )
    await makeTemplateSet(session.page)
  })

  afterEach(async function () {
    await pictureOfFailure(this.currentTest, session.page)
  })

  after(async () => {
    await session.stop()
  })

  /** Starts a run of a folder for the larynx. */
  async function startFolder(name: string): Promise<void> {
    const { page } = session
    await runCommand(page, 'Notifications: Clear All Notifications')
    await refreshExplorer(page)
    await contextMenu(page, name, 'Segment All Scans in Folder')
    await pick(page, /^HeadNeck/)
    await page.locator('.quick-input-title', { hasText: '2/2' }).waitFor()
    await pickExactly(page, ['Larynx'])
    await page
      .locator('.monaco-dialog-box')
      .getByRole('button', { name: /^Start/ })
      .click({ timeout: 240_000 })
  }

  /** The status bar's item of such a run, which pauses it and lets it go on. */
  const folderItem = (scans: number): Locator =>
    session.page
      .locator('.statusbar-item[id="medlsam.medlsam.medlsam.folderRun"], .statusbar-item', {
        hasText: new RegExp(`MedLSAM \\d of ${scans}`),
      })
      .first()

  it('segments all scans of a folder, can be paused, lists what failed and shows a summary', async () => {
    const { page, folder } = session
    const many = path.join(folder, 'many')
    mkdirSync(many, { recursive: true })
    const bytes = readFileSync(path.join(folder, SCAN))
    writeFileSync(path.join(many, 'a_ct.nii.gz'), bytes)
    writeFileSync(path.join(many, 'b_cut_ct.nii.gz'), bytes.subarray(0, bytes.length >> 1))
    writeFileSync(path.join(many, 'c_ct.nii.gz'), bytes)
    const labelMaps = (): string[] =>
      readdirSync(many)
        .filter((name) => name.endsWith('_dseg.nii.gz'))
        .sort()
    await startFolder('many')
    const item = folderItem(3)
    await item.click()
    await page.locator('.notification-toast', { hasText: 'paused · 1 of 3' }).waitFor({ timeout: 240_000 })
    assert.deepEqual(labelMaps(), ['a_ct_dseg.nii.gz'])
    await item.click()
    const end = page.locator('.notification-toast', { hasText: '2 of 3 scans segmented' })
    await end.waitFor({ timeout: 240_000 })
    assert.match((await end.textContent()) ?? '', /1 failed: b_cut_ct\.nii\.gz/)
    assert.deepEqual(labelMaps(), ['a_ct_dseg.nii.gz', 'c_ct_dseg.nii.gz'])
    // It opens by itself.
    const summary = scanView(page)
    await summary.locator('article[data-name="b_cut_ct.nii.gz"] .failure').waitFor()
    await summary.locator('#show').selectOption('failed')
    await summary.locator('#shown:text-is("1 of 3")').waitFor()
    await summary.locator('#show').selectOption('')
    await summary.locator('article[data-name="a_ct.nii.gz"] [data-ask="accepted"]').click()
    await summary.locator('article[data-name="a_ct.nii.gz"][data-review="accepted"]').waitFor()
    assert.match(readFileSync(path.join(many, 'summary.csv'), 'utf8'), /^a_ct\.nii\.gz,.*,accepted$/m)
    await summary.locator('article[data-name="a_ct.nii.gz"] .links a', { hasText: 'scan' }).first().click()
    const view = await waitForScan(page, 'a_ct.nii.gz')
    await view.locator('body[data-labels="a_ct_dseg.nii.gz"]').waitFor()
    await startFolder('many')
    await page
      .locator('.notification-toast', { hasText: '0 of 3 scans segmented, 2 done before. 1 failed' })
      .waitFor({ timeout: 240_000 })
  })

  it('makes a corrected scan a template, and runs the rest of its folder again where that changes something', async () => {
    const { page, folder } = session
    const bytesOf = (name: string): Buffer => readFileSync(path.join(folder, 'many', name))
    await page.locator('.tab', { hasText: 'a_ct.nii.gz' }).click()
    const view = await waitForScan(page, 'a_ct.nii.gz')
    await view.locator('body[data-labels="a_ct_dseg.nii.gz"]').waitFor()
    await view.getByRole('button', { name: /^Edit labels/ }).click()
    await view.locator('select[data-key="activeLabel"]').waitFor()
    const plane = await view.locator('.plane-frame[data-cell="axial"]').boundingBox()
    assert.ok(plane)
    await page.mouse.move(plane.x + plane.width * 0.4, plane.y + plane.height * 0.3)
    await page.mouse.down()
    await page.mouse.move(plane.x + plane.width * 0.6, plane.y + plane.height * 0.3, { steps: 5 })
    await page.mouse.up()
    await view.locator('.structures li[data-structure="Larynx"] .badge:text-is("corrected")').waitFor()
    await runCommand(page, 'File: Save')
    await page.locator('.tab.dirty').first().waitFor({ state: 'detached', timeout: 60_000 })
    const [corrected, other] = [bytesOf('a_ct_dseg.nii.gz'), bytesOf('c_ct_dseg.json')]
    const set = path.join(folder, 'HeadNeck.medlsam.json')
    const before = readFileSync(set)
    await runCommand(page, 'Notifications: Clear All Notifications')
    await runCommand(page, 'MedLSAM: Make This Scan a Template')
    const added = page.locator('.notification-toast', {
      hasText: 'a_ct.nii.gz is now a template of Larynx in HeadNeck',
    })
    await added.waitFor()
    await clickInToast(page, added, 'Run the Rest Again')
    await page
      .locator('.monaco-dialog-box')
      .getByRole('button', { name: /^Start/ })
      .click({ timeout: 240_000 })
    const end = page.locator('.notification-toast', { hasText: /\d of 3 scans segmented.*1 failed/ })
    await end.waitFor({ timeout: 240_000 })
    assert.ok(bytesOf('a_ct_dseg.nii.gz').equals(corrected), 'what was corrected stays')
    assert.ok(!bytesOf('c_ct_dseg.json').equals(other))
    // What follows runs with templates of all structures.
    writeFileSync(set, before)
  })

  it('stops the run of a folder when it is cancelled, leaves nothing half-written, and goes on with the rest', async () => {
    const { page, folder } = session
    const two = path.join(folder, 'two')
    mkdirSync(two, { recursive: true })
    for (const name of ['a_ct.nii.gz', 'b_ct.nii.gz']) copyFileSync(path.join(folder, SCAN), path.join(two, name))
    const written = (): string[] =>
      readdirSync(two).filter((name) => name.includes('dseg.nii.gz') || name.includes('.part'))
    const progress = page.locator('.notification-toast', { hasText: 'Segmenting two' })
    await startFolder('two')
    await folderItem(2).click()
    // Held, since the second scan takes seconds.
    await page.locator('.notification-toast', { hasText: 'paused · 1 of 2' }).waitFor({ timeout: 240_000 })
    await progress.hover()
    await progress.getByRole('button', { name: 'Cancel' }).click()
    await page
      .locator('.notification-toast', { hasText: '1 of 2 scans segmented, 1 not done: start it again to go on' })
      .waitFor({ timeout: 60_000 })
    assert.deepEqual(written(), ['a_ct_dseg.nii.gz'])
    await startFolder('two')
    await page
      .locator('.notification-toast', { hasText: '1 of 2 scans segmented, 1 done before' })
      .waitFor({ timeout: 240_000 })
    assert.deepEqual(written(), ['a_ct_dseg.nii.gz', 'b_ct_dseg.nii.gz'])
  })

  it('offers to go on with a folder when the engine is killed, and leaves nothing half-written', async () => {
    const { page, folder } = session
    const killed = path.join(folder, 'killed')
    mkdirSync(killed, { recursive: true })
    for (const name of ['a_ct.nii.gz', 'b_ct.nii.gz']) copyFileSync(path.join(folder, SCAN), path.join(killed, name))
    const written = (): string[] =>
      readdirSync(killed).filter((name) => name.includes('dseg.nii.gz') || name.includes('.part'))
    await startFolder('killed')
    await folderItem(2).click()
    await page.locator('.notification-toast', { hasText: 'paused · 1 of 2' }).waitFor({ timeout: 240_000 })
    process.kill(enginePid(session), 'SIGKILL')
    const failed = page.locator('.notification-toast', {
      hasText: /engine stopped unexpectedly .*Finished scans are kept/,
    })
    await failed.waitFor()
    assert.deepEqual(written(), ['a_ct_dseg.nii.gz'])
    await clickInToast(page, failed, 'Go On')
    await page
      .locator('.notification-toast', { hasText: '1 of 2 scans segmented, 1 done before' })
      .waitFor({ timeout: 240_000 })
    assert.deepEqual(written(), ['a_ct_dseg.nii.gz', 'b_ct_dseg.nii.gz'])
  })
})
