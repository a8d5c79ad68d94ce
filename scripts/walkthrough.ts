// Makes two pictures of the walkthrough again, one of them the README's: the packaged extension in a real workbench, on the
// scan that "Open a Sample Scan" draws, which shows no patient. Look at them before they are committed.
import path from 'node:path'
import { startSession } from '../test/e2e/session.js'
import { syntheticScan } from '../test/support/syntheticScans.js'
import { openScan, pick, runCommand } from '../test/support/workbench.js'

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
