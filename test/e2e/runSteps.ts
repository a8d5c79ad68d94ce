import assert from 'node:assert/strict'
import type { FrameLocator, Page } from 'playwright-core'
import { answer, openScan, pick, pickExactly, runCommand } from '../support/workbench.js'
import { enginePids, type Session } from './session.js'

/** Makes the template set HeadNeck of the label map beside the first made-up scan. */
export async function makeTemplateSet(page: Page): Promise<void> {
  const view = await openScan(page, 'synth_1_ct.nii.gz')
  await view.locator('body[data-labels]').waitFor()
  await view.getByRole('button', { name: /Use this label map/ }).click()
  await answer(page, 'HeadNeck')
  await view.locator('.marks li[data-structure="Mandible"] .fact:text-is("6/6")').waitFor({ timeout: 90_000 })
  await runCommand(page, 'File: Save')
}

/** Starts a run with the button of the editor. */
export async function startRun(
  page: Page,
  view: FrameLocator,
  templates: string,
  structures: readonly string[],
): Promise<void> {
  await view.getByRole('button', { name: 'Localize & Segment organs in this scan' }).click()
  await page.locator('.quick-input-title', { hasText: '1/2' }).waitFor()
  // Not the last run, which is named after its templates too.
  await pick(page, new RegExp(`^${templates}`))
  await page.locator('.quick-input-title', { hasText: '2/2' }).waitFor({ timeout: 60_000 })
  await pickExactly(page, structures)
}

/** The one engine process of a session. */
export function enginePid({ server }: Session): number {
  const pids = enginePids(server)
  assert.equal(pids.length, 1, 'one engine process')
  return pids[0]
}
