import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import type { FrameLocator } from 'playwright-core'
import { contextMenu, openScan, runCommand } from '../support/workbench.js'
import { hasSharedData } from '../support/workbenchScans.js'
import { pictureOfFailure, startSession, type Session } from './session.js'

describe('a workspace that is not trusted', function () {
  let session: Session
  let view: FrameLocator

  before(async function () {
    if (!hasSharedData) this.skip()
    session = await startSession([{ id: 'okbp_004', split: 'templates', labels: true }], {}, { workspaceTrust: true })
  })

  afterEach(async function () {
    await pictureOfFailure(this.currentTest, session.page)
  })

  after(async () => {
    await session.stop()
  })

  const segmentButton = (): ReturnType<FrameLocator['locator']> => view.getByRole('button', { name: 'Localize & Segment organs in this scan' })
  const warning = (): ReturnType<Session['page']['locator']> => session.page.locator('.notification-toast', { hasText: 'Trust this workspace first' })

  it('lets people look at scans and label maps, and mark points', async () => {
    view = await openScan(session.page, 'okbp_004_ct.nii.gz')
    await view.locator('body[data-labels="okbp_004_seg.nii.gz"]').waitFor()
    assert.equal(await view.getByRole('button', { name: 'Add structure' }).isEnabled(), true)
  })

  it('runs nothing, says why and where to change it', async () => {
    assert.equal(await segmentButton().isDisabled(), true)
    await contextMenu(session.page, 'okbp_004_ct.nii.gz', 'Localize & Segment')
    await warning().waitFor()
    assert.throws(() => execFileSync('pgrep', ['-f', `${session.server.root}.*/engine\\.mjs`]))
  })

  it('runs as soon as it is trusted, without a reload', async () => {
    await warning().getByRole('button', { name: 'Manage Workspace Trust' }).click()
    await session.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).first().click()
    await runCommand(session.page, 'View: Close Editor')
    view = await openScan(session.page, 'okbp_004_ct.nii.gz')
    await view.locator('button[data-key="segment"]:enabled').waitFor()
  })
})
