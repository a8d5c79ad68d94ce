import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FrameLocator } from 'playwright-core'
import { openScan, runCommand } from '../support/workbench.js'
import { hasSharedData } from '../support/workbenchScans.js'
import { pictureOfFailure, startSession, type Session } from './session.js'

const SCAN = 'okbp_242_ct.nii.gz'

describe('Localize & Segment', function () {
  let session: Session
  let view: FrameLocator

  before(async function () {
    if (!hasSharedData) this.skip()
    session = await startSession([{ id: 'okbp_004', split: 'templates', labels: true }, { id: 'okbp_242', split: 'eval', labels: false }], { 'medlsam.run.sliceStep': 4 })
    view = await openScan(session.page, 'okbp_004_ct.nii.gz')
    await view.locator('body[data-labels]').waitFor()
    await view.getByRole('button', { name: /Use this label map/ }).click()
    await session.page.locator('.quick-input-widget:visible input.input').fill('HeadNeck')
    await session.page.keyboard.press('Enter')
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

  const state = (kind: string, timeout = 30_000): Promise<void> => view.locator(`body[data-run="${kind}"]`).waitFor({ timeout })
  const leftovers = (): string[] => readdirSync(session.folder).filter((name) => name.includes('.part') || name.includes('_ct_dseg'))

  /** Starts a run on one small structure: first template set, only the larynx ticked. */
  async function start(): Promise<void> {
    const { page } = session
    await view.getByRole('button', { name: 'Localize and segment organs in this scan' }).click()
    const row = (text: string): ReturnType<typeof page.locator> => page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first()
    await page.locator('.quick-input-title', { hasText: '1/2' }).waitFor()
    await row('HeadNeck').click()
    await page.locator('.quick-input-title', { hasText: '2/2' }).waitFor({ timeout: 60_000 })
    const checked = page.locator('.quick-input-list .monaco-list-row input[type=checkbox]:checked, .quick-input-list .monaco-list-row .monaco-checkbox.checked')
    if ((await checked.count()) > 1) {
      await page.locator('.quick-input-check-all, .quick-input-header .monaco-checkbox').first().click()
      await row('Larynx').click()
    }
    await page.locator('.quick-input-widget:visible .quick-input-action a, .quick-input-widget:visible .monaco-button').first().click()
  }

  function enginePid(): number {
    const pids = execFileSync('pgrep', ['-f', `${session.server.root}.*/engine\\.mjs`], { encoding: 'utf8' }).trim().split('\n')
    assert.equal(pids.length, 1, 'one engine process')
    return Number(pids[0])
  }

  it('stops at once when it is cancelled, and writes nothing', async () => {
    await start()
    await view.locator('[data-stage]').waitFor({ timeout: 60_000 })
    const began = performance.now()
    await view.getByRole('button', { name: 'Cancel' }).click()
    await state('cancelled', 5000)
    assert.ok(performance.now() - began < 5000)
    await sleep(2500)
    assert.deepEqual(leftovers(), [])
  })

  it('says so when the engine is killed, leaves nothing half-written, and offers to try again', async () => {
    await view.getByRole('button', { name: 'Run again' }).click()
    await view.locator('[data-stage]').waitFor({ timeout: 60_000 })
    process.kill(enginePid(), 'SIGKILL')
    await state('failed')
    assert.match((await view.locator('.run .problem').textContent()) ?? '', /engine stopped unexpectedly \(SIGKILL\).*try again/)
    assert.deepEqual(leftovers(), [])
  })

  it('writes a label map beside the scan and shows it', async () => {
    await view.getByRole('button', { name: 'Retry' }).click()
    await state('done', 240_000)
    await view.locator('body[data-labels="okbp_242_ct_dseg.nii.gz"]').waitFor()
    const sidecar = JSON.parse(readFileSync(path.join(session.folder, 'okbp_242_ct_dseg.json'), 'utf8')) as { structures: { name: string; status: string }[] }
    assert.deepEqual(sidecar.structures.map(({ name }) => name), ['Larynx'])
    assert.ok(existsSync(path.join(session.folder, 'okbp_242_ct_dseg.tsv')))
    assert.equal(await view.locator(`li[data-structure="Larynx"][data-status="${sidecar.structures[0].status}"]`).count(), 1)
  })

  it('asks before it overwrites and can keep both', async () => {
    await start()
    await session.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Keep both' }).click()
    await state('running')
    await state('done', 240_000)
    assert.ok(existsSync(path.join(session.folder, 'okbp_242_ct_2_dseg.nii.gz')))
  })

  it('takes the engine with it when the window closes', async () => {
    const pid = enginePid()
    await session.page.close()
    await session.server.stop()
    const alive = (): boolean => existsSync(`/proc/${pid}`)
    for (const until = performance.now() + 20_000; alive() && performance.now() < until; ) await sleep(200)
    assert.ok(!alive(), 'the engine outlived its window by 20 seconds')
  })
})
