import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import type { FrameLocator } from 'playwright-core'
import {
  answer,
  changeSetting,
  clickInToast,
  closeEditor,
  openScan,
  pick,
  refreshExplorer,
  runCommand,
  waitForScan,
} from '../support/workbench.js'
import { syntheticScan } from '../support/syntheticScans.js'
import { enginePid, makeTemplateSet, startRun } from './runSteps.js'
import { buildBank, closeWindow, pictureOfFailure, startSession, type Session } from './session.js'

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
      { 'medlsam.run.sliceStep': 4 },
    )
    await makeTemplateSet(session.page)
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

  const start = (templates: string, structures: readonly string[]): Promise<void> =>
    startRun(session.page, view, templates, structures)

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
    process.kill(enginePid(session), 'SIGKILL')
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

  it('shows how a run stands when its editor is closed, and says how it ended', async () => {
    const { page } = session
    await runCommand(page, 'Notifications: Clear All Notifications')
    view = await openScan(page, SCAN)
    await start('HeadNeck', ['Larynx'])
    await pick(page, 'Overwrite')
    await state('running')
    // By its tab: the run is over in seconds.
    await closeEditor(page)
    await page.locator('.statusbar-item', { hasText: /MedLSAM (starting|read|templates|localize|segment)/ }).waitFor()
    const end = page.locator('.notification-toast', { hasText: `${SCAN}: 1 of 1 structures found` })
    await end.waitFor({ timeout: 240_000 })
    assert.equal(
      await page.locator('.statusbar-item', { hasText: /MedLSAM (starting|read|templates|localize|segment)/ }).count(),
      0,
    )
    await clickInToast(page, end, 'Open Scan')
    view = await waitForScan(page, SCAN)
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
    view = await waitForScan(page, SCAN)
    await start('shared', ['Larynx'])
    await pick(page, 'Overwrite')
    await state('running')
    await state('done', 240_000)
    assert.equal(sidecar('synth_2_ct_dseg').templates.name, 'a shared bank')
  })

  it('takes the engine with it when the window closes', async () => {
    const pid = enginePid(session)
    await closeWindow(session.page)
    const alive = (): boolean => existsSync(`/proc/${pid}`)
    for (const until = performance.now() + 20_000; alive() && performance.now() < until;) await sleep(200)
    assert.ok(!alive(), 'the engine outlived its window by 20 seconds')
  })
})
