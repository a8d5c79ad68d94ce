import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { FrameLocator } from 'playwright-core'
import { answer, runCommand, waitForScan } from '../support/workbench.js'
import { syntheticScan } from '../support/syntheticScans.js'
import { pictureOfFailure, startSession, type Session } from './session.js'

describe('a scan in a file system that is not of this machine', function () {
  let session: Session
  let view: FrameLocator

  before(async () => {
    session = await startSession([{ scan: syntheticScan(1), labels: true }])
    mkdirSync(path.join(session.folder, 'elsewhere'))
    for (const end of ['ct.nii.gz', 'seg.nii.gz', 'seg.tsv'])
      copyFileSync(path.join(session.folder, `synth_1_${end}`), path.join(session.folder, 'elsewhere', `far_${end}`))
  })

  afterEach(async function () {
    await pictureOfFailure(this.currentTest, session.page)
  })

  after(async () => {
    await session.stop()
  })

  it('is shown with the label map beside it', async () => {
    await runCommand(session.page, 'Elsewhere: Open Scan')
    await answer(session.page, 'far_ct.nii.gz')
    view = await waitForScan(session.page)
    await view.locator('body[data-labels="far_seg.nii.gz"]').waitFor()
    assert.match((await view.locator('li[data-structure="Mandible"]').textContent()) ?? '', /Mandible65\.\d ml/)
  })

  it('can be marked and saved there, but not run', async () => {
    const { page, folder } = session
    assert.equal(await view.getByRole('button', { name: 'Localize & Segment organs in this scan' }).isDisabled(), true)
    await view.getByRole('button', { name: 'Add structure' }).click()
    await answer(page, 'Larynx')
    await view.locator('.guide-bar', { hasText: /larynx/i }).waitFor()
    const planes = view.locator('canvas.planes')
    await planes.dblclick({ position: { x: 200, y: 200 } })
    await view.locator('.marks li[data-structure="Larynx"] .fact:text-is("1/6")').waitFor()
    await runCommand(page, 'File: Save')
    await page.locator('.tab.active:not(.dirty)').waitFor()
    assert.match(readFileSync(path.join(folder, 'elsewhere/far_ct.mrk.json'), 'utf8'), /"name": "Larynx"/)
    for (const command of ['Use Label Map as Template', 'Add Marked Scan to Template Set']) {
      await runCommand(page, 'Notifications: Clear All Notifications')
      await runCommand(page, `MedLSAM: ${command}`)
      await page
        .locator('.notification-toast', { hasText: 'Templates need scans that are files on this machine' })
        .waitFor()
    }
  })
})
