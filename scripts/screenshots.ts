// Takes pictures of the real thing, to look at or to show: the packaged extension in a real workbench, on real CT.
// Pictures made from OpenKBP scans need its credit line beside them (see the README).
import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { FrameLocator } from 'playwright-core'
import { startSession } from '../test/e2e/session.js'
import { realScan } from '../test/support/realScans.js'
import { answer, changeTheme, closeEditor, openScan, pick, runCommand } from '../test/support/workbench.js'

const folder = process.argv[2] ?? path.resolve(import.meta.dirname, '../out/screenshots')
const THEMES = { light: 'Light Modern', contrast: 'Dark High Contrast', dark: 'Dark Modern' } as const
const TEMPLATES = ['okbp_004', 'okbp_013', 'okbp_017']
const SCAN = 'okbp_242'

mkdirSync(folder, { recursive: true })
const session = await startSession(
  [
    ...TEMPLATES.map((id) => ({ scan: realScan(id, 'templates'), labels: true })),
    { scan: realScan(SCAN, 'eval'), labels: false },
  ],
  {
    'workbench.colorTheme': 'Default Dark Modern',
    'workbench.activityBar.location': 'default',
    'window.commandCenter': false,
    'medlsam.run.sliceStep': 3,
  },
)
const { page } = session

try {
  await addTemplates()
  const result = await segment()
  await result.getByRole('button', { name: 'Jump to LeftParotid' }).click()
  await inAllThemes('result')
  await mark()
  await inAllThemes('points')
  await inAllThemes('keys', () => runCommand(page, 'MedLSAM View: Show Keys and Mouse'))
} finally {
  await session.stop()
}

/** Ends with the dark theme, in which the next picture begins. What `prepare` opens is lost when a command is run. */
async function inAllThemes(name: string, prepare?: () => Promise<void>): Promise<void> {
  for (const [short, title] of Object.entries(THEMES)) {
    await changeTheme(page, title)
    await shot(`${name}-${short}`, prepare)
  }
}

async function addTemplates(): Promise<void> {
  for (const [index, id] of TEMPLATES.entries()) {
    const view = await openScan(page, `${id}_ct.nii.gz`)
    await view.locator('body[data-labels]').waitFor()
    await view.getByRole('button', { name: /Use this label map/ }).click()
    if (index === 0) await answer(page, 'head-and-neck-7')
    else await pick(page, 'head-and-neck-7')
    await view.locator('.marks li[data-structure="Mandible"] .fact:text-is("6/6")').waitFor({ timeout: 90_000 })
    await runCommand(page, 'File: Save')
    // A tab that is still being saved asks before it closes.
    await page.locator('.tabs-container .tab.active:not(.dirty)').waitFor()
    await closeEditor(page)
  }
}

async function segment(): Promise<FrameLocator> {
  const view = await openScan(page, `${SCAN}_ct.nii.gz`)
  await page.locator('.activitybar .action-item a[aria-label^="MedLSAM"]').click()
  await view.getByRole('button', { name: 'Localize & Segment organs in this scan' }).click()
  await pick(page, 'head-and-neck-7')
  await page.locator('.quick-input-title', { hasText: '2/2' }).waitFor({ timeout: 90_000 })
  await page.keyboard.press('Enter')
  await view.locator('body[data-preview]').waitFor({ timeout: 300_000 })
  await shot('run')
  await view.locator('body[data-run="done"]').waitFor({ timeout: 480_000 })
  await view.locator('body[data-labels]').waitFor()
  return view
}

async function mark(): Promise<void> {
  await runCommand(page, 'View: Show Explorer')
  const view = await openScan(page, `${TEMPLATES[0]}_ct.nii.gz`)
  await view.locator('body[data-labels]').waitFor()
  await view.locator('.marks li[data-structure="LeftParotid"]').waitFor()
  await view.getByRole('button', { name: 'Jump to LeftParotid' }).click()
  await view.getByRole('button', { name: 'Place points of LeftParotid' }).click()
  await view.locator('.marks li.active').waitFor()
}

async function shot(name: string, prepare?: () => Promise<void>): Promise<void> {
  await runCommand(page, 'Notifications: Clear All Notifications')
  await prepare?.()
  // Tooltips of what the mouse did last are no part of the picture.
  await page.mouse.move(640, 790)
  await page.waitForTimeout(1200)
  await page.screenshot({ path: path.join(folder, `${name}.png`) })
  process.stdout.write(`${name}.png\n`)
}

process.stdout.write(`${readdirSync(folder).length} pictures in ${folder}\n`)
