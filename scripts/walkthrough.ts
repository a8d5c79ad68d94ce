// Makes three pictures of the walkthrough again, one of them the README's: the packaged extension in a real workbench, on the
// scan that "Open a Sample Scan" draws, which shows no patient. Look at them before they are committed.
import path from 'node:path'
import { startSession } from '../test/e2e/session.js'
import { syntheticScan } from '../test/support/syntheticScans.js'
import { answer, openScan, pick, runCommand } from '../test/support/workbench.js'

/** The lowest, highest and hindmost point of the larynx of the sample scan, RAS mm. */
const LARYNX_MM = ['1, 11, -78', '1, 11, -42', '1, 2, -60'] as const

const folder = path.resolve(import.meta.dirname, '../media/walkthrough')

const session = await startSession([{ scan: { ...syntheticScan(1), id: 'sample' }, labels: false }], {
  'workbench.colorTheme': 'Default Dark Modern',
})
const { page } = session
try {
  const view = await openScan(page, 'sample_ct.nii.gz')
  await shot('sample')
  await view.getByRole('button', { name: 'Localize & Segment organs in this scan' }).click()
  await pick(page, /^head-neck/)
  await page.locator('.quick-input-title', { hasText: '2/2' }).waitFor({ timeout: 90_000 })
  await page.keyboard.press('Enter')
  await view.locator('body[data-run="done"]').waitFor({ timeout: 480_000 })
  await view.getByRole('button', { name: 'Jump to LeftParotid' }).click()
  await view.locator('.run').getByRole('button', { name: 'Close' }).click()
  await shot('result')
  await view.locator('[data-key="labelMap"]').selectOption('')
  await view.getByRole('button', { name: 'Add structure' }).click()
  await page.locator('.quick-input-widget:visible input.input').fill('Larynx')
  await pick(page, 'Larynx')
  for (const [index, place] of LARYNX_MM.entries()) {
    await runCommand(page, 'MedLSAM View: Go to Slice or Point')
    await page.locator('.quick-input-title', { hasText: 'Go to Slice or Point' }).waitFor()
    await answer(page, place)
    await view.locator('.status', { hasText: place.split(',')[2] }).waitFor()
    await runCommand(page, 'MedLSAM View: Place Next Point at Crosshair')
    await view
      .locator(`.marks li .fact:text-is("${index + 1}/6")`)
      .first()
      .waitFor()
  }
  await shot('points')
} finally {
  await session.stop()
}

async function shot(name: string): Promise<void> {
  await runCommand(page, 'Notifications: Clear All Notifications')
  // Tooltips of what the mouse did last are no part of the picture.
  await page.mouse.move(640, 795)
  await page.waitForTimeout(3000)
  const file = path.join(folder, `${name}.png`)
  await page.locator('iframe.webview.ready:visible').first().screenshot({ path: file })
  process.stdout.write(`${file}\n`)
}
