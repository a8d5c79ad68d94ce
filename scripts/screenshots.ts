// Takes the README's pictures from the real thing: the packaged extension in a real workbench, on real CT.
// Pictures made from OpenKBP scans need its credit line beside them (see the README).
import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { FrameLocator, Page } from 'playwright-core'
import { startSession } from '../test/e2e/session.js'
import { openScan, runCommand } from '../test/support/workbench.js'

const folder = process.argv[2] ?? path.resolve(import.meta.dirname, '../media/screenshots')
const THEMES = { dark: 'Default Dark Modern', light: 'Default Light Modern', contrast: 'Default High Contrast' } as const
const TEMPLATES = ['okbp_004', 'okbp_013', 'okbp_017']
const SCAN = 'okbp_242'

mkdirSync(folder, { recursive: true })
const session = await startSession(
  [...TEMPLATES.map((id) => ({ id, split: 'templates', labels: true })), { id: SCAN, split: 'eval', labels: false }],
  { 'workbench.colorTheme': THEMES.dark, 'workbench.activityBar.location': 'default', 'window.commandCenter': false, 'medlsam.run.sliceStep': 2 },
)
const { page } = session

try {
  await addTemplates()
  const view = await segment()
  await view.getByRole('button', { name: 'Jump to LeftParotid' }).click()
  await shot('result-dark')
  await theme('light')
  await shot('result-light')
  await theme('contrast')
  await shot('result-contrast')
  await theme('dark')
  await mark()
  await shot('points')
  await runCommand(page, 'MedLSAM: Show Keys and Mouse')
  await shot('keys')
} finally {
  await session.stop()
}

async function addTemplates(): Promise<void> {
  for (const [index, id] of TEMPLATES.entries()) {
    const view = await openScan(page, `${id}_ct.nii.gz`)
    await view.locator('body[data-labels]').waitFor()
    await view.getByRole('button', { name: /Use this label map/ }).click()
    if (index === 0) {
      await page.locator('.quick-input-widget:visible input.input').fill('head-and-neck-7')
      await page.keyboard.press('Enter')
    } else {
      await page.locator('.quick-input-list .monaco-list-row', { hasText: 'head-and-neck-7' }).first().click()
    }
    await view.locator('.marks li[data-structure="Mandible"] .fact:text-is("6/6")').waitFor({ timeout: 90_000 })
    await runCommand(page, 'File: Save')
    await runCommand(page, 'View: Close Editor')
  }
}

async function segment(): Promise<FrameLocator> {
  const view = await openScan(page, `${SCAN}_ct.nii.gz`)
  await page.locator('.activitybar .action-item a[aria-label^="MedLSAM"]').click()
  await view.getByRole('button', { name: 'Localize & Segment organs in this scan' }).click()
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'head-and-neck-7' }).first().click()
  await page.locator('.quick-input-title', { hasText: '2/2' }).waitFor({ timeout: 90_000 })
  await page.keyboard.press('Enter')
  await view.locator('[data-stage="segment"]').waitFor({ timeout: 200_000 })
  await page.waitForTimeout(8000)
  await shot('run')
  await view.locator('body[data-run="done"]').waitFor({ timeout: 480_000 })
  await view.locator('body[data-labels]').waitFor()
  await runCommand(page, 'Notifications: Clear All Notifications')
  return view
}

async function mark(): Promise<void> {
  await runCommand(page, 'View: Show Explorer')
  const view = await openScan(page, `${TEMPLATES[0]}_ct.nii.gz`)
  await view.locator('body[data-labels]').waitFor()
  await view.getByRole('button', { name: 'Jump to LeftParotid' }).click()
  await view.getByRole('button', { name: 'Place points of LeftParotid' }).click()
}

async function theme(name: keyof typeof THEMES): Promise<void> {
  await setTheme(page, THEMES[name])
}

async function setTheme(where: Page, title: string): Promise<void> {
  await runCommand(where, 'Preferences: Color Theme')
  const input = where.locator('.quick-input-widget:visible input.input')
  await input.fill(title.replace('Default ', ''))
  await where.waitForTimeout(800)
  await where.keyboard.press('Enter')
  await where.waitForTimeout(800)
}

async function shot(name: string): Promise<void> {
  await page.waitForTimeout(1200)
  await page.screenshot({ path: path.join(folder, `${name}.png`) })
  process.stdout.write(`${name}.png\n`)
}

process.stdout.write(`${readdirSync(folder).length} pictures in ${folder}\n`)
