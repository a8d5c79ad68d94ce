import { execFileSync } from 'node:child_process'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import {
  openFolder,
  startBrowser,
  startWorkbench,
  type WorkbenchOptions,
  type WorkbenchServer,
} from '../support/workbench.js'
import { scanWorkspace } from '../support/workbenchScans.js'

/** A workbench with the packaged extension on a folder with scans. */
export interface Session {
  readonly page: Page
  readonly folder: string
  readonly browser: Browser
  readonly server: WorkbenchServer
  stop(): Promise<void>
}

/** The packaged extension under test. */
export const VSIX =
  process.env['MEDLSAM_VSIX'] ?? path.resolve(import.meta.dirname, '../../medlsam-linux-x64-0.1.0.vsix')

/** Packs an extension of the fixtures into a folder. */
export function packFixture(name: string, folder: string): string {
  const vsix = path.join(folder, `${name}.vsix`)
  const vsce = path.resolve(import.meta.dirname, '../../node_modules/@vscode/vsce/vsce')
  execFileSync(
    process.execPath,
    [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', vsix],
    { cwd: path.resolve(import.meta.dirname, '../fixtures', name), stdio: ['ignore', 'ignore', 'inherit'] },
  )
  return vsix
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

/** Starts a workbench and opens a fresh folder with copies of scans. */
export async function startSession(
  scans: Parameters<typeof scanWorkspace>[0],
  settings: Readonly<Record<string, unknown>> = {},
  { vsix = [], ...more }: Pick<WorkbenchOptions, 'workspaceTrust' | 'vsix'> = {},
): Promise<Session> {
  const workspace = scanWorkspace(scans)
  const server = await startWorkbench({
    vsix: [VSIX, ...vsix],
    settings: { 'medlsam.engine.threads': 1, ...settings },
    ...more,
  })
  const browser = await startBrowser()
  const stop = async (): Promise<void> => {
    await browser.close()
    await server.stop()
    workspace.remove()
  }
  try {
    return {
      page: await openFolder(browser, server, workspace.folder),
      folder: workspace.folder,
      browser,
      server,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
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
