import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import manifest from '../../package.json' with { type: 'json' }
import { startBrowser, startSharedBrowser } from '../support/workbenchBrowser.js'
import { startWorkbench, type WorkbenchPlace, type WorkbenchServer } from '../support/workbenchServer.js'

const ROOT = path.resolve(import.meta.dirname, '../..')
/** Names the workbench that all suites of a run share, for the process of each. */
const VARIABLE = 'MEDLSAM_TEST_WORKBENCH'

/** The packaged extension under test. */
export const VSIX = process.env['MEDLSAM_VSIX'] ?? path.join(ROOT, `medlsam-linux-x64-${manifest.version}.vsix`)

/** A workbench and a browser that may be those of other suites too. */
export interface JoinedWorkbench {
  readonly server: WorkbenchPlace
  readonly browser: Browser
  leave(): Promise<void>
}

/** Where the shared workbench is found. */
interface Address {
  readonly server: WorkbenchPlace
  readonly browser: string
}

/** Starts the workbench that suites share; they find it by the environment that this gives. */
export async function shareWorkbench(): Promise<{
  readonly env: Readonly<Record<string, string>>
  stop(): Promise<void>
}> {
  const server = await startServer()
  const browser = await startSharedBrowser()
  const address: Address = { server: { port: server.port, root: server.root }, browser: browser.wsEndpoint() }
  return {
    env: { [VARIABLE]: JSON.stringify(address) },
    async stop() {
      await browser.close()
      await server.stop()
    },
  }
}

/** The shared workbench where there is one, else one that lives until it is left. */
export async function joinWorkbench(): Promise<JoinedWorkbench> {
  const shared = process.env[VARIABLE]
  if (shared !== undefined) {
    const { server, browser: address } = JSON.parse(shared) as Address
    const browser = await chromium.connect(address)
    return { server, browser, leave: () => browser.close() }
  }
  const server = await startServer()
  const browser = await startBrowser()
  return {
    server,
    browser,
    async leave() {
      await browser.close()
      await server.stop()
    },
  }
}

/** Starts a workbench with the packaged extension, and with the one that brings a file system of its own. */
async function startServer(): Promise<WorkbenchServer> {
  const packed = mkdtempSync(path.join(os.tmpdir(), 'medlsam-fixture-'))
  try {
    return await startWorkbench({ vsix: [VSIX, packFixture('elsewhere', packed)] })
  } finally {
    rmSync(packed, { recursive: true })
  }
}

/** Packs an extension of the fixtures into a folder. */
function packFixture(name: string, folder: string): string {
  const vsix = path.join(folder, `${name}.vsix`)
  const vsce = path.join(ROOT, 'node_modules/@vscode/vsce/vsce')
  execFileSync(
    process.execPath,
    [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', vsix],
    { cwd: path.join(ROOT, 'test/fixtures', name), stdio: ['ignore', 'ignore', 'inherit'] },
  )
  return vsix
}
