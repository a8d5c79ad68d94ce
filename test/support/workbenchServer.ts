import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureWorkbenchTools, type WorkbenchTools } from './workbenchTools.js'

/** Settings of the user, by their full names. */
export type Settings = Readonly<Record<string, unknown>>

/** Where a code-server with its own profile runs. */
export interface WorkbenchPlace {
  readonly port: number
  /** Holds its profile, home and log; its processes name it in their command lines. */
  readonly root: string
}

/** A code-server of its own, with its own profile. */
export interface WorkbenchServer extends WorkbenchPlace {
  stop(): Promise<void>
}

/** How a workbench is set up. */
export interface WorkbenchOptions {
  /** Packed extensions to install. */
  readonly vsix?: readonly string[]
  readonly settings?: Settings
  /** Lets VS Code load an extension and its tests from folders; it then shows no notification by itself. */
  readonly testDriver?: boolean
  readonly env?: Readonly<Record<string, string>>
}

const SETTINGS = {
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'files.autoSave': 'off',
  'security.workspace.trust.enabled': false,
  'security.workspace.trust.startupPrompt': 'never',
  'medlsam.engine.threads': 1,
}

/** Gives a workbench these settings of the user, and else those of all tests; pages opened later have them. */
export function writeSettings({ root }: WorkbenchPlace, settings: Settings): void {
  mkdirSync(path.join(root, 'ud/User'), { recursive: true })
  writeFileSync(path.join(root, 'ud/User/settings.json'), JSON.stringify({ ...SETTINGS, ...settings }))
}

/** Starts a server, with packaged extensions installed when some are given. */
export async function startWorkbench(options: WorkbenchOptions = {}): Promise<WorkbenchServer> {
  const tools = ensureWorkbenchTools()
  const root = mkdtempSync(path.join(os.tmpdir(), 'medlsam-workbench-'))
  const port = await freePort()
  writeSettings({ root, port }, options.settings ?? {})
  writeFileSync(path.join(root, 'config.yaml'), '')
  const env = serverEnv(root, options.env)
  const folders = ['--extensions-dir', path.join(root, 'ext'), '--user-data-dir', path.join(root, 'ud')]
  const installs = (options.vsix ?? []).flatMap((vsix) => ['--install-extension', vsix])
  if (installs.length > 0)
    execFileSync(tools.node, [tools.codeServer, ...folders, ...installs, '--force'], { env, stdio: 'pipe' })
  const logFile = path.join(root, 'server.log')
  const flags = options.testDriver === true ? ['--vscode-option', 'enable-smoke-test-driver'] : []
  const child = spawnServer(tools, root, port, [...folders, ...flags], env, logFile)
  const deadline = Date.now() + 60_000
  while (!(await healthy(port))) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error(`code-server did not start: see ${logFile}`)
    await sleep(100)
  }
  return {
    port,
    root,
    async stop() {
      await stopGroup(child)
      rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}

function spawnServer(
  tools: WorkbenchTools,
  root: string,
  port: number,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  logFile: string,
): ChildProcess {
  const log = openSync(logFile, 'a')
  return spawn(
    tools.node,
    [
      tools.codeServer,
      '--config',
      path.join(root, 'config.yaml'),
      '--auth',
      'none',
      '--bind-addr',
      `127.0.0.1:${port}`,
      ...args,
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-getting-started-override',
    ],
    { env, detached: true, stdio: ['ignore', log, log] },
  )
}

function serverEnv(root: string, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VSCODE|ELECTRON|NODE_OPTIONS)/.test(name)),
  )
  return {
    ...inherited,
    HOME: root,
    XDG_CONFIG_HOME: path.join(root, 'xdg/config'),
    XDG_DATA_HOME: path.join(root, 'xdg/data'),
    XDG_CACHE_HOME: path.join(root, 'xdg/cache'),
    ...more,
  }
}

async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return
  const gone = new Promise((resolve) =>
    child.once('exit', () => {
      resolve(true)
    }),
  )
  process.kill(-child.pid, 'SIGTERM')
  if ((await Promise.race([gone, sleep(3000, false)])) === false) process.kill(-child.pid, 'SIGKILL')
}

async function healthy(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/healthz`).then(
    (response) => response.ok,
    () => false,
  )
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port)
        else reject(new Error('no free port'))
      })
    })
  })
}
