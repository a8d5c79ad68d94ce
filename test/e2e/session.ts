import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { scanWorkspace, type WantedScan } from '../support/scanWorkspace.js'
import { openFolder } from '../support/workbench.js'
import { writeSettings, type Settings, type WorkbenchPlace } from '../support/workbenchServer.js'
import { joinWorkbench } from './sharedWorkbench.js'

/** A page of a workbench with the packaged extension, on a folder with scans. */
export interface Session {
  readonly page: Page
  readonly folder: string
  readonly browser: Browser
  readonly server: WorkbenchPlace
  stop(): Promise<void>
}

/** Makes a bank of a template set with the command line. */
export function buildBank(set: string, bank: string): void {
  execFileSync(
    process.execPath,
    [
      path.resolve(import.meta.dirname, '../../dist/cli.js'),
      'bank',
      'build',
      set,
      '--out',
      bank,
      '--name',
      'a shared bank',
    ],
    { stdio: 'pipe' },
  )
}

/** Opens a fresh folder with copies of scans in a page of its own, with these settings of the user. */
export async function startSession(scans: readonly WantedScan[], settings: Settings = {}): Promise<Session> {
  const workspace = scanWorkspace(scans)
  const workbench = await joinWorkbench()
  const { server, browser } = workbench
  writeSettings(server, settings)
  const leave = async (): Promise<void> => {
    await workbench.leave()
    workspace.remove()
  }
  try {
    const page = await openFolder(browser, server, workspace.folder)
    const stop = async (): Promise<void> => {
      try {
        if (!page.isClosed()) await closeWindow(page)
        if (await enginesEnd(server)) return
        // A busy server may not hear that a page closed, and keeps its extension host for one that comes back.
        for (const pid of enginePids(server)) process.kill(extensionHostOf(pid), 'SIGKILL')
        if (!(await enginesEnd(server))) throw new Error('the engine outlived its extension host by 20 seconds')
      } finally {
        await leave()
      }
    }
    return { page, folder: workspace.folder, browser, server, stop }
  } catch (error) {
    await leave()
    throw error
  }
}

/** Closes a page as its user would, which ends its extension host at once: what follows begins without one. */
export async function closeWindow(page: Page): Promise<void> {
  const closed = page.waitForEvent('close')
  page.on('dialog', (dialog) => void dialog.accept())
  await page.close({ runBeforeUnload: true })
  await closed
}

/** The processes of the engine that this workbench runs. */
export function enginePids({ root }: WorkbenchPlace): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isEngine(commandLine(name), root))
    .map(Number)
}

/** Waits for up to 20 seconds until no engine of a workbench runs. @returns whether none does */
async function enginesEnd(server: WorkbenchPlace): Promise<boolean> {
  for (const end = Date.now() + 20_000; enginePids(server).length > 0 && Date.now() < end;) await sleep(200)
  return enginePids(server).length === 0
}

/** The process that started an engine. @throws Error when that is gone, and the engine is not */
function extensionHostOf(engine: number): number {
  const stat = readFileSync(path.join('/proc', String(engine), 'stat'), 'utf8')
  // After the name in brackets, which may hold anything: the state, then the parent.
  const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  if (commandLine(String(parent)).includes('extensionHost')) return parent
  throw new Error('the engine outlived its extension host')
}

function isEngine(command: string, root: string): boolean {
  return command.includes(root) && command.includes('/engine.mjs')
}

function commandLine(pid: string): string {
  try {
    return readFileSync(path.join('/proc', pid, 'cmdline'), 'utf8')
  } catch {
    // It ended since it was listed.
    return ''
  }
}

/** The settings of the user as they are now. */
export function userSettings({ root }: WorkbenchPlace): Record<string, unknown> {
  return JSON.parse(readFileSync(path.join(root, 'ud/User/settings.json'), 'utf8')) as Record<string, unknown>
}

/** Keeps a picture of what a failed test saw, in out/. */
export async function pictureOfFailure(
  test: { readonly state?: string | undefined; readonly title: string } | undefined,
  page: Page,
): Promise<void> {
  if (test?.state !== 'failed' || page.isClosed()) return
  await page.screenshot({
    path: path.resolve(import.meta.dirname, '../../out', `failed ${test.title.replaceAll(/[^\w ]/g, '')}.png`),
  })
}
