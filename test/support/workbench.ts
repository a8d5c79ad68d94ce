import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core'
import type { WorkbenchPlace } from './workbenchServer.js'

/** Opens a folder in the workbench and waits until our extension's container is there. */
export async function openFolder(
  browser: Browser,
  { port }: WorkbenchPlace,
  folder: string,
  size = { width: 1280, height: 800 },
): Promise<Page> {
  const page = await browser.newPage({ viewport: size, reducedMotion: 'reduce' })
  // Two busy cores draw slowly.
  page.setDefaultTimeout(90_000)
  await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`)
  await page.locator('.activitybar .action-item a[aria-label^="MedLSAM"]').waitFor({ timeout: 60_000 })
  return page
}

/** Runs a command by its title through the command palette. */
export async function runCommand(page: Page, title: string): Promise<void> {
  const widget = page.locator('.quick-input-widget:visible')
  const input = widget.locator('input.input')
  const row = widget.locator('.quick-input-list .monaco-list-row', { hasText: title }).first()
  for (let attempt = 0; attempt < 6; attempt++) {
    await page.keyboard.press('F1')
    try {
      await input.waitFor({ timeout: 5000 })
      // A palette that opens while something else takes the focus closes again.
      await input.fill(`>${title}`, { timeout: 5000 })
      await row.waitFor({ timeout: 10_000 })
    } catch {
      await page.keyboard.press('Escape')
      await sleep(500)
      continue
    }
    // Never twice: a busy page may answer the click too late, and two splits are not one.
    if (await clickArrives(row, widget)) return
    await page.keyboard.press('Escape')
    await sleep(500)
  }
  throw new Error(`the command palette never took "${title}"`)
}

/** Clicks a row of a list that goes away for that or by itself, and tells whether it was for the click. */
async function clickArrives(target: Locator, list: Locator): Promise<boolean> {
  // Rows are drawn anew when the mouse goes down on them; what holds them stays.
  const wasClicked = await hearClick(list)
  if (wasClicked === undefined) return false
  await target.click({ timeout: 10_000 }).catch(() => undefined)
  return wasClicked()
}

/** Asks the page itself whether something is clicked: one that draws a scan right after may answer the click too late. */
async function hearClick(target: Locator): Promise<(() => Promise<boolean>) | undefined> {
  const heard = await target
    .evaluateHandle(
      (element: EventTarget) => {
        const seen = { click: false }
        // Not a function of its own name: what tsx makes of that cannot run in the page.
        element.addEventListener(
          'mouseup',
          () => {
            seen.click = true
          },
          true,
        )
        return seen
      },
      undefined,
      { timeout: 5000 },
    )
    .catch(() => undefined)
  return heard && (() => heard.evaluate(({ click }) => click))
}

/** Chooses an entry of the list that asks something. */
export async function pick(page: Page, text: string | RegExp): Promise<void> {
  const row = page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row', { hasText: text }).first()
  await row.waitFor()
  // What hovers over the list where the mouse was left would take the click.
  await page.mouse.move(640, 790)
  await row.click()
}

/** Ticks exactly these entries of the list that asks something, and accepts. */
export async function pickExactly(page: Page, names: readonly string[]): Promise<void> {
  const widget = page.locator('.quick-input-widget:visible')
  const rows = widget.locator('.quick-input-list .monaco-list-row')
  await rows.filter({ hasText: names[0] }).first().waitFor()
  // A list that has just come may lose the first click: looked at until all are as they should be.
  for (let wrong = -1, end = Date.now() + 60_000; wrong !== 0 && Date.now() < end;) {
    wrong = 0
    for (const row of await rows.all()) {
      const label = ((await row.locator('.label-name').first().textContent()) ?? '').trim()
      const ticked = (await row.locator('input[type=checkbox]:checked, .monaco-checkbox.checked').count()) > 0
      if (ticked === names.includes(label)) continue
      await row.click()
      wrong += 1
    }
  }
  await widget.locator('.quick-input-action a, .monaco-button').first().click()
}

/** Types an answer into the box that asks something, and accepts. */
export async function answer(page: Page, text: string): Promise<void> {
  await page.locator('.quick-input-widget:visible input.input').fill(text)
  await page.keyboard.press('Enter')
}

/** Types the path of a file into the dialog that asks for one, and accepts. */
export async function answerPath(page: Page, file: string): Promise<void> {
  const input = page.locator('.quick-input-widget:visible input.input')
  // The dialog writes its own folder into the box once it has listed it, over or into what was typed before.
  for (const end = Date.now() + 60_000; !(await input.inputValue()).startsWith('/') && Date.now() < end;)
    await sleep(100)
  for (let attempt = 0; attempt < 5 && (await input.inputValue()) !== file; attempt++) {
    await input.fill(file)
    await sleep(700)
  }
  await page.keyboard.press('Enter')
}

/** Clicks a button of a notification. */
export async function clickInToast(page: Page, toast: Locator, button: string): Promise<void> {
  const target = toast.getByRole('button', { name: button })
  await target.waitFor()
  // What hovers over the status bar where the mouse was left may lie over the notification and would take the click.
  await page.mouse.move(640, 300)
  await target.click()
}

/** Rests the mouse on something until the hover with this text shows. */
export async function hoverFor(page: Page, target: Locator, text: RegExp): Promise<void> {
  const hover = page.locator('.monaco-hover:visible', { hasText: text })
  // A list that is drawn anew under the mouse loses the hover until the mouse comes again.
  for (let attempt = 0; attempt < 6 && !(await hover.isVisible()); attempt++) {
    await page.mouse.move(640, 790)
    await target.hover()
    await hover.waitFor({ timeout: 5000 }).catch(() => undefined)
  }
  await hover.waitFor({ timeout: 1000 })
}

/** Does something that must change a picture, which is drawn anew in its own time. */
export async function changesPicture(picture: Locator, what: string, action: () => Promise<unknown>): Promise<void> {
  const before = await picture.screenshot()
  await action()
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    if (!before.equals(await picture.screenshot())) return
    await sleep(300)
  }
  throw new Error(`the picture is the same after: ${what}`)
}

/** Clicks an action that a row of a tree shows while the mouse rests on it. */
export async function clickActionOf(page: Page, row: Locator, title: string): Promise<void> {
  const action = row.locator(`.action-item a[aria-label="${title}"]`)
  // A tree that is drawn anew under the mouse hides the action until the mouse comes again.
  for (let attempt = 0; attempt < 6; attempt++) {
    await page.mouse.move(640, 790)
    await row.hover()
    const taken = await action.click({ timeout: 5000 }).then(
      () => true,
      () => false,
    )
    if (taken) return
  }
  throw new Error(`"${title}" never showed`)
}

/** Unfolds a row of a tree, if it is folded, until a row below it shows. */
export async function unfold(row: Locator, child: Locator): Promise<void> {
  await row.waitFor()
  // A tree that is drawn anew may lose a click, or what it opened.
  for (let attempt = 0; attempt < 6 && !(await child.isVisible()); attempt++) {
    if ((await row.getAttribute('aria-expanded')) !== 'true') await row.click()
    await child.waitFor({ timeout: 5000 }).catch(() => undefined)
  }
  await child.waitFor()
}

/** Closes the editor in front. Not by the palette: a command that seems lost and is given again closes two. */
export async function closeEditor(page: Page): Promise<void> {
  // Settings and trust open before all others.
  const modal = page.locator('.monaco-modal-editor-block')
  if (await modal.isVisible()) {
    await modal.getByRole('button', { name: /^Close Modal Editor/ }).click()
    await modal.waitFor({ state: 'hidden' })
    return
  }
  const tabs = page.locator('.tabs-container .tab')
  const before = await tabs.count()
  await page.locator('.editor-group-container.active .tab.active .tab-actions a[aria-label^="Close"]').click()
  for (const end = Date.now() + 30_000; (await tabs.count()) >= before;) {
    if (Date.now() > end) throw new Error('the editor never closed')
    await sleep(100)
  }
}

/** Changes a setting of the user in the settings editor. */
export async function changeSetting(page: Page, id: string, value: string | boolean): Promise<void> {
  await runCommand(page, 'Preferences: Open Settings (UI)')
  await page.locator('.settings-editor .suggest-input-container .monaco-editor').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(`@id:${id}`)
  const item = page.locator(`.settings-editor .setting-item-contents[data-key="${id}"]`)
  await item.waitFor()
  if (typeof value === 'boolean') {
    await item.locator('.setting-value-checkbox').click()
  } else if ((await item.locator('select').count()) > 0) {
    await item.locator('select').selectOption(value)
  } else {
    await item.locator('input').fill(value)
    await item.locator('input').press('Tab')
  }
  // Written after a moment of rest.
  await page.waitForTimeout(1500)
  await closeEditor(page)
}

/** Changes the colour theme. */
export async function changeTheme(page: Page, title: string): Promise<void> {
  await runCommand(page, 'Preferences: Color Theme')
  await page.locator('.quick-input-widget:visible input.input').fill(title)
  await page.waitForTimeout(800)
  await page.keyboard.press('Enter')
  await page.waitForTimeout(800)
}

/** Picks an entry of a file's context menu in the Explorer. */
export async function contextMenu(page: Page, name: string, entry: string): Promise<void> {
  const item = page.locator('.monaco-menu .action-item', { hasText: entry }).first()
  const row = explorerRow(page, name)
  // Right after a change of view or theme the list may be drawn anew under the mouse, which loses the menu, files that the
  // Explorer finds late move the rows, which gives the menu of another one, and a banner that comes late closes the menu.
  for (let attempt = 0; attempt < 6; attempt++) {
    await page.keyboard.press('Escape')
    // What hovers where the mouse was left may lie over the row and would take the click.
    await page.mouse.move(640, 790)
    await row.waitFor({ timeout: 5000 }).catch(() => refreshExplorer(page))
    await row.waitFor()
    const before = await row.boundingBox()
    await row.click({ button: 'right', timeout: 10_000 }).catch(() => undefined)
    await item.waitFor({ timeout: 5000 }).catch(() => undefined)
    const after = await row.boundingBox()
    if (before !== null && before.y === after?.y && (await pickFromMenu(item))) return
  }
  throw new Error(`the Explorer never offered "${entry}" for ${name}`)
}

/** Clicks an entry of an open menu until the menu closes for it; false when it closed otherwise. */
async function pickFromMenu(item: Locator): Promise<boolean> {
  const wasClicked = await hearClick(item)
  if (wasClicked === undefined) return false
  for (let attempt = 0; attempt < 5 && (await item.isVisible()); attempt++) {
    // A menu that has just opened takes no clicks, lest the one that opened it hits an entry.
    await sleep(400)
    await item.click({ timeout: 2000 }).catch(() => undefined)
  }
  return !(await item.isVisible()) && (await wasClicked())
}

/** Lets the Explorer look at the folder again: it does not see at once what other programs put there. */
export async function refreshExplorer(page: Page): Promise<void> {
  await page.locator('.explorer-folders-view').hover()
  await page.locator('.pane-header .action-item a[aria-label="Refresh Explorer"]').first().click()
}

/** Opens a scan in our editor and waits until it is drawn. */
export async function openScan(page: Page, name: string): Promise<FrameLocator> {
  await contextMenu(page, name, 'Open Scan')
  return waitForScan(page, name)
}

/** The row of a file in the Explorer. */
export function explorerRow(page: Page, name: string): Locator {
  return page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${name}"]`).first()
}

/** The scan editors that can be seen, in the order in which they were opened. */
function scanViews(page: Page): Locator {
  return page.locator('iframe.webview.ready:visible')
}

/** The scan editor in front, or one of several beside each other. */
export function scanView(page: Page, index = 0): FrameLocator {
  return scanViews(page).nth(index).contentFrame().frameLocator('iframe#active-frame')
}

/**
 * Waits until the scan editor in front shows a scan.
 * @param name of the scan, where another one is in front that may be so for a moment longer
 */
export async function waitForScan(page: Page, name?: string): Promise<FrameLocator> {
  const view = scanView(page)
  const shown = name === undefined ? '[data-rendered]' : `[data-rendered="${name}"]`
  await view.locator(`body${shown}`).waitFor({ timeout: 60_000 })
  return view
}
