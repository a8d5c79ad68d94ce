import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { FrameLocator, Locator } from 'playwright-core'
import type { ExtremePoints } from '../../src/shared/geometry/points.js'
import { formatMarkups } from '../../src/shared/slicerMarkups.js'
import {
  answer,
  clickInToast,
  closeEditor,
  contextMenu,
  openScan,
  pick,
  pickExactly,
  runCommand,
} from '../support/workbench.js'
import { syntheticScan } from '../support/syntheticScans.js'
import { enginePids, pictureOfFailure, startSession, type Session } from './session.js'

const SCAN = 'synth_1_ct.nii.gz'
const POINTS: ExtremePoints = {
  inferior: [0, 0, -9],
  posterior: [0, -9, 0],
  right: [9, 0, 0],
  superior: [0, 0, 9],
  anterior: [0, 9, 0],
  left: [-9, 0, 0],
}
const COLOR = '#f58231'

describe('a workspace that is not trusted', function () {
  const outside = mkdtempSync(path.join(os.tmpdir(), 'medlsam-outside-'))
  let session: Session
  let view: FrameLocator

  before(async () => {
    session = await startSession([{ scan: syntheticScan(1), labels: true }], {
      'medlsam.run.method': 'medlam',
      'medlsam.run.sliceStep': 8,
      'security.workspace.trust.enabled': true,
    })
    const { folder } = session
    // A set of which the workspace's settings tell, and one that knows the scan with other points than those beside it.
    writeFileSync(path.join(outside, 'outside.medlsam.json'), setText('outside', {}))
    mkdirSync(path.join(folder, '.vscode'))
    writeFileSync(
      path.join(folder, '.vscode/settings.json'),
      JSON.stringify({ 'medlsam.templates.sets': [path.join(outside, 'outside.medlsam.json')] }),
    )
    writeFileSync(setFile(), setText('inside', { Larynx: { points: { ...POINTS, left: [-5, 0, 0] } } }))
    writeFileSync(
      markups(),
      formatMarkups({ points: { structures: [{ name: 'Larynx', color: COLOR, points: POINTS }] }, others: [] }),
    )
  })

  afterEach(async function () {
    await pictureOfFailure(this.currentTest, session.page)
  })

  after(async () => {
    await session.stop()
    rmSync(outside, { recursive: true })
  })

  function setText(name: string, structures: object): string {
    return JSON.stringify({
      format: 'medlsam-template-set',
      formatVersion: 1,
      name,
      structures: [{ name: 'Larynx', labelValue: 1, color: COLOR }],
      scans: [{ id: 'synth_1_ct', path: SCAN, sha256: 'a'.repeat(64), enabled: true, structures }],
    })
  }

  const setFile = (): string => path.join(session.folder, 'inside.medlsam.json')
  const markups = (): string => path.join(session.folder, 'synth_1_ct.mrk.json')
  const segmentButton = (): Locator => view.getByRole('button', { name: 'Localize & Segment organs in this scan' })
  const warning = (): Locator => session.page.locator('.notification-toast', { hasText: 'Trust this workspace first' })
  const row = (text: string | RegExp): Locator =>
    session.page.locator('.pane-body .monaco-list-row', { hasText: text }).first()
  const showSidebar = (name: string): Promise<void> =>
    session.page.locator(`.activitybar .action-item a[aria-label^="${name}"]`).click()

  it('lets people look at scans and label maps, and mark points', async () => {
    view = await openScan(session.page, SCAN)
    await view.locator('body[data-labels="synth_1_seg.nii.gz"]').waitFor()
    assert.equal(await view.getByRole('button', { name: 'Add structure' }).isEnabled(), true)
  })

  it('gets nothing written but the points that are saved', async () => {
    const { page } = session
    const before = readFileSync(setFile(), 'utf8')
    await view.locator('.marks li[data-structure="Larynx"] .fact:text-is("6/6")').waitFor()
    await view.getByRole('button', { name: 'Add structure' }).click()
    await answer(page, 'Mandible')
    await page.locator('.tab.active.dirty').waitFor()
    await runCommand(page, 'File: Save')
    await page.locator('.tab.active:not(.dirty)').waitFor()
    assert.match(readFileSync(markups(), 'utf8'), /"name": "Mandible"/)
    await page.waitForTimeout(1000)
    assert.equal(readFileSync(setFile(), 'utf8'), before)
  })

  it('gets no template sets of its settings, and a word about models', async () => {
    await showSidebar('MedLSAM')
    await row(/inside\s*1 structures/).waitFor()
    assert.equal(await row('outside').count(), 0)
    await session.page
      .locator('.pane-body', { hasText: 'Trust this workspace to see and use models' })
      .getByRole('button', { name: 'Manage Workspace Trust' })
      .last()
      .waitFor()
    await showSidebar('Explorer')
  })

  it('runs nothing, says why and where to change it', async () => {
    assert.equal(await segmentButton().isDisabled(), true)
    await contextMenu(session.page, SCAN, 'Localize & Segment')
    await warning().waitFor()
    assert.deepEqual(enginePids(session.server), [])
  })

  it('runs as soon as it is trusted, without a reload: from the Explorer, and from the title of the editor', async () => {
    const { page } = session
    await clickInToast(page, warning(), 'Manage Workspace Trust')
    await page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).first().click()
    await closeEditor(page)
    view = await openScan(page, SCAN)
    await view.locator('button[data-key="segment"]:enabled').waitFor()
    await contextMenu(page, SCAN, 'Localize & Segment')
    await pick(page, 'head-neck')
    await page.locator('.quick-input-title', { hasText: '2/2' }).waitFor({ timeout: 60_000 })
    await pickExactly(page, ['Larynx'])
    await view.locator('body[data-run="done"]').waitFor({ timeout: 240_000 })
    assert.ok(existsSync(path.join(session.folder, 'synth_1_ct_dseg.json')))
    await page.locator('.editor-group-container.active .editor-actions a[aria-label*="Localize & Segment"]').click()
    await page.locator('.quick-input-title', { hasText: '1/2' }).waitFor()
    await page.keyboard.press('Escape')
    await showSidebar('MedLSAM')
    await row('outside').waitFor()
  })

  it('keeps its template sets in step with saved points once it is trusted', async () => {
    const { page } = session
    await view.getByRole('button', { name: 'Add structure' }).click()
    await answer(page, 'Esophagus')
    await runCommand(page, 'File: Save')
    for (const end = Date.now() + 30_000; !readFileSync(setFile(), 'utf8').includes('"left": [\n') && Date.now() < end;)
      await page.waitForTimeout(200)
    const { scans } = JSON.parse(readFileSync(setFile(), 'utf8')) as {
      scans: { structures: { Larynx: { points: ExtremePoints } } }[]
    }
    assert.deepEqual(scans[0].structures.Larynx.points.left, POINTS.left)
  })
})
