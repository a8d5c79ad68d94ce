import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

/** The built command line. */
export const CLI = path.resolve(import.meta.dirname, '../../dist/cli.js')

/** Whether the command line has been built (`npm run build`); `npm test` builds before it tests. */
export const cliIsBuilt = existsSync(CLI)

/** What a run of the command line left behind. */
export interface CliRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts the built command line, as a person would. */
export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): { readonly child: ChildProcess; readonly done: Promise<CliRun> } {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString()
  })
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString()
  })
  const done = new Promise<CliRun>((resolve) =>
    child.on('close', (code) => {
      resolve({ code, stdout, stderr })
    }),
  )
  return { child, done }
}

/** Runs the built command line to its end. */
export function runCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliRun> {
  return startCli(args, env).done
}
