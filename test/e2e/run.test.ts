import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import type { FrameLocator, Locator } from 'playwright-core'
import {
  answer,
  changeSetting,
  clickInToast,
  contextMenu,
  openScan,
  pick,
  pickExactly,
  refreshExplorer,
  runCommand,
  scanView,
  waitForScan,
} from '../support/workbench.js'
import { syntheticScan } from '../support/syntheticScans.js'
import { buildBank, closeWindow, enginePids, pictureOfFailure, startSession, type Session } from './session.js'

const SCAN = 'synth_2_ct.nii.gz'

interface Sidecar {
  readonly output: string
  readonly input: { readonly timePoint: number | null }
  readonly templates: { readonly name: string }
  readonly options: { readonly method: string }
  readonly structures: readonly { readonly name: string; readonly status: string; readonly confidence: number }[]
}

describe('Localize & Segment', function () {
  let session: Session
  let view: FrameLocator

  before(async () => {
    session = await startSession(
      [
        { scan: syntheticScan(1), labels: true },
        { scan: syntheticScan(2), labels: false },
      ],
      // A summary that opens would scroll the Explorer to itself, away from what is clicked next.
      { 'medlsam.run.sliceStep': 4, 'explorer.autoReveal': false },
    )
    view = await openScan(session.page, 'synth_1_ct.nii.gz')
    await view.locator('body[data-labels]').waitFor()
    await view.getByRole('button', { name: /Use this label map/ }).click()
    await answer(session.page, 'HeadNeck')
    await view.locator('.marks li[data-structure="Mandible"] .fact:text-is("6/6")').waitFor({ timeout: 90_000 })
    await runCommand(session.page, 'File: Save')
    view = await openScan(session.page, SCAN)
  })

  afterEach(async function () {
    await pictureOfFailure(this.currentTest, session.page)
  })

  after(async () => {
    await session.stop()
  })

  const state = (kind: string, timeout = 30_000): Promise<void> =>
    view.locator(`body[data-run="${kind}"]`).waitFor({ timeout })
  const leftovers = (): string[] =>
    readdirSync(session.folder).filter((name) => name.includes('.part') || name.includes('_ct_dseg'))
  const earlyMasks = (): string[] =>
    readdirSync(path.join(session.server.root, 'ud'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      /masks-\d+\.nii\.gz/.test(name),
    )
  const sidecar = (stem: string): Sidecar =>
    JSON.parse(readFileSync(path.join(session.folder, `${stem}.json`), 'utf8')) as Sidecar
  const row = (name: string): ReturnType<FrameLocator['locator']> =>
    view.locator(`.structures li[data-structure="${name}"]`)

  /** Starts a run with the button of the editor. */
  async function start(templates: string, structures: readonly string[]): Promise<void> {
    const { page } = session
    await view.getByRole('button', { name: 'Localize & Segment organs in this scan' }).click()
    await page.locator('.quick-input-title', { hasText: '1/2' }).waitFor()
    // Not the last run, which is named after its templates too.
    await pick(page, new RegExp(`^${templates}`))
    await page.locator('.quick-input-title', { hasText: '2/2' }).waitFor({ timeout: 60_000 })
    await pickExactly(page, structures)
  }

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

  function enginePid(): number {
    const pids = enginePids(session.server)
    assert.equal(pids.length, 1, 'one engine process')
    return pids[0]
  }

  it('stops at once when it is cancelled, and writes nothing', async () => {
    await start('HeadNeck', ['Larynx', 'Brainstem'])
    await view.locator('[data-stage]').waitFor({ timeout: 60_000 })
    // As long as people press, over some news of the run.
    await view.getByRole('button', { name: `Cancel the run of ${SCAN}` }).click({ delay: 200 })
    await state('cancelled')
    await sleep(2500)
    assert.deepEqual(leftovers(), [])
  })

  it('shows drafts of all structures at once, says which it works on, and says so when the engine is killed: nothing half-written is left', async () => {
    await view.getByRole('button', { name: 'Run again' }).click()
    await view.locator('[data-stage="segment"]').waitFor({ timeout: 240_000 })
    await view.locator('.run .hint:has-text("Larynx")').waitFor()
    await view.locator('body[data-run="running"][data-preview="2"]').waitFor({ timeout: 240_000 })
    for (const name of ['Larynx', 'Brainstem']) assert.match((await row(name).textContent()) ?? '', /\d ml/)
    assert.ok(earlyMasks().length > 0)
    process.kill(enginePid(), 'SIGKILL')
    await state('failed')
    assert.match(
      (await view.locator('.run .problem').textContent()) ?? '',
      /engine stopped unexpectedly \(SIGKILL\).*try again/,
    )
    assert.equal(await view.locator('body[data-preview]').count(), 0)
    assert.deepEqual([...leftovers(), ...earlyMasks()], [])
  })

  it('tries again, writes a label map beside the scan and shows it', async () => {
    await view.getByRole('button', { name: 'Retry' }).click()
    await state('done', 240_000)
    await view.locator('body[data-labels="synth_2_ct_dseg.nii.gz"]').waitFor()
    const { structures } = sidecar('synth_2_ct_dseg')
    assert.deepEqual(structures.map(({ name }) => name).sort(), ['Brainstem', 'Larynx'])
    assert.ok(existsSync(path.join(session.folder, 'synth_2_ct_dseg.tsv')))
    for (const { name, status, confidence } of structures) {
      assert.equal(status, 'found')
      assert.match(
        (await row(name).locator('.badge').textContent()) ?? '',
        new RegExp(`^(low )?${Math.round(confidence * 100)} %$`),
      )
    }
    assert.deepEqual(earlyMasks(), [])
  })

  it('asks before it overwrites, can keep both, and takes the built-in bank', async () => {
    // What follows asks for a result, however it was found: the faster ways.
    await changeSetting(session.page, 'medlsam.run.method', 'medlam')
    view = await openScan(session.page, SCAN)
    await start('head-neck', ['Larynx'])
    await pick(session.page, 'Keep both')
    await state('running')
    await state('done', 240_000)
    const { templates, options } = sidecar('synth_2_ct_2_dseg')
    assert.equal(templates.name, 'head-neck')
    assert.equal(options.method, 'medlam')
    await changeSetting(session.page, 'medlsam.run.quality', 'draft')
    view = await openScan(session.page, SCAN)
  })

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
    view = await waitForScan(page)
    await view.locator('body[data-labels="a_ct_dseg.nii.gz"]').waitFor()
    await startFolder('many')
    await page
      .locator('.notification-toast', { hasText: '0 of 3 scans segmented, 2 done before. 1 failed' })
      .waitFor({ timeout: 240_000 })
    view = await openScan(page, SCAN)
  })

  it('makes a corrected scan a template, and runs the rest of its folder again where that changes something', async () => {
    const { page, folder } = session
    const bytesOf = (name: string): Buffer => readFileSync(path.join(folder, 'many', name))
    await page.locator('.tab', { hasText: 'a_ct.nii.gz' }).click()
    view = await waitForScan(page)
    await view.locator('body[data-labels="a_ct_dseg.nii.gz"]').waitFor()
    await view.getByRole('button', { name: /^Edit labels/ }).click()
    await view.locator('select[data-key="activeLabel"]').waitFor()
    const plane = await view.locator('.plane-frame[data-cell="axial"]').boundingBox()
    assert.ok(plane)
    await page.mouse.move(plane.x + plane.width * 0.4, plane.y + plane.height * 0.3)
    await page.mouse.down()
    await page.mouse.move(plane.x + plane.width * 0.6, plane.y + plane.height * 0.3, { steps: 5 })
    await page.mouse.up()
    await row('Larynx').locator('.badge:text-is("corrected")').waitFor()
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
    view = await openScan(page, SCAN)
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
    view = await openScan(page, SCAN)
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
    process.kill(enginePid(), 'SIGKILL')
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

  it('shows how a run stands when its editor is closed, and says how it ended', async () => {
    const { page } = session
    await runCommand(page, 'Notifications: Clear All Notifications')
    view = await openScan(page, SCAN)
    await start('HeadNeck', ['Larynx'])
    await pick(page, 'Overwrite')
    await state('running')
    await runCommand(page, 'View: Close All Editors')
    await page.locator('.statusbar-item', { hasText: /MedLSAM (starting|read|templates|localize|segment)/ }).waitFor()
    const end = page.locator('.notification-toast', { hasText: `${SCAN}: 1 of 1 structures found` })
    await end.waitFor({ timeout: 240_000 })
    assert.equal(
      await page.locator('.statusbar-item', { hasText: /MedLSAM (starting|read|templates|localize|segment)/ }).count(),
      0,
    )
    await clickInToast(page, end, 'Open Scan')
    view = await waitForScan(page)
    await view.locator('body[data-labels="synth_2_ct_dseg.nii.gz"]').waitFor()
  })

  it('says why nothing was found and what to do, and writes nothing under the name that was asked for', async () => {
    await changeSetting(session.page, 'medlsam.run.minConfidence', '1')
    view = await openScan(session.page, SCAN)
    await start('head-neck', ['Mandible'])
    await pick(session.page, 'Another name')
    await answer(session.page, 'mine_dseg.nii.gz')
    const said = view.locator('.run', { hasText: /Mandible was not found in .*confidence.*(template|lower|mark|add)/ })
    await said.waitFor({ timeout: 240_000 })
    assert.ok(!existsSync(path.join(session.folder, 'mine_dseg.nii.gz')), 'nothing is written for nothing')
    await changeSetting(session.page, 'medlsam.run.minConfidence', '0.25')
    view = await openScan(session.page, SCAN)
  })

  it('overwrites when that is chosen, with the keyboard alone', async () => {
    const { page } = session
    const file = path.join(session.folder, 'synth_2_ct_dseg.nii.gz')
    const before = statSync(file).mtimeMs
    const asked = async (title: string, typed: string): Promise<void> => {
      await page.locator('.quick-input-title:visible', { hasText: title }).waitFor({ timeout: 60_000 })
      await page.keyboard.type(typed)
      await page.keyboard.press('Enter')
    }
    await page.keyboard.press('Control+Alt+g')
    await asked('1/2', 'HeadNeck')
    // The larynx is ticked, as it was last time.
    await asked('2/2', '')
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Overwrite' }).first().waitFor()
    await page.keyboard.type('Overwrite')
    await page.keyboard.press('Enter')
    await state('running')
    await state('done', 240_000)
    assert.ok(statSync(file).mtimeMs > before)
    assert.deepEqual(
      sidecar('synth_2_ct_dseg').structures.map(({ name }) => name),
      ['Larynx'],
    )
    assert.deepEqual(
      readdirSync(session.folder)
        .filter((name) => name.endsWith('_dseg.nii.gz'))
        .sort(),
      ['synth_2_ct_2_dseg.nii.gz', 'synth_2_ct_dseg.nii.gz'],
    )
  })

  it('asks for the time point of a 4D scan, and for its HU when an offset lies on them', async () => {
    const { page, folder } = session
    const nifti = gunzipSync(readFileSync(path.join(folder, SCAN)))
    const voxels = nifti.subarray(nifti.readFloatLE(108))
    // Two time points of voxels that begin at 24 instead of -1000 HU.
    nifti.writeInt16LE(4, 40)
    nifti.writeInt16LE(2, 48)
    nifti.writeFloatLE(1, 112)
    nifti.writeFloatLE(nifti.readFloatLE(116) + 1024, 116)
    writeFileSync(path.join(folder, 'odd.nii'), Buffer.concat([nifti, voxels]))
    await runCommand(page, 'Notifications: Clear All Notifications')
    await refreshExplorer(page)
    view = await openScan(page, 'odd.nii')
    await start('HeadNeck', ['Larynx'])
    await state('failed')
    assert.match(await view.locator('.run .problem').innerText(), /4D with 2 time points: choose one/)
    await view.getByRole('button', { name: 'Choose Time Point…' }).click()
    await pick(page, 'Time point 1')
    const offset = 'are those of CT plus 1024'
    await view.locator('.run .problem', { hasText: offset }).waitFor()
    await clickInToast(page, page.locator('.notification-toast', { hasText: offset }), 'Subtract 1024 and Run')
    await state('done', 240_000)
    assert.equal(sidecar('odd_dseg').input.timePoint, 1)
  })

  it('runs with a bank file of the workspace', async () => {
    const { page, folder } = session
    buildBank(path.join(folder, 'HeadNeck.medlsam.json'), path.join(folder, 'shared.medlsam.msgpack'))
    await page.locator('.tab', { hasText: SCAN }).first().click()
    view = await waitForScan(page)
    await start('shared', ['Larynx'])
    await pick(page, 'Overwrite')
    await state('running')
    await state('done', 240_000)
    assert.equal(sidecar('synth_2_ct_dseg').templates.name, 'a shared bank')
  })

  it('takes the engine with it when the window closes', async () => {
    const pid = enginePid()
    await closeWindow(session.page)
    const alive = (): boolean => existsSync(`/proc/${pid}`)
    for (const until = performance.now() + 20_000; alive() && performance.now() < until;) await sleep(200)
    assert.ok(!alive(), 'the engine outlived its window by 20 seconds')
  })
})
