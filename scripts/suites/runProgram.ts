import { spawn } from 'node:child_process'
import { setPriority } from 'node:os'

/** How a program ended and what it printed. */
export interface Ended {
  readonly status: number | null
  readonly output: string
}

/** How a program is run. */
export interface RunSettings {
  readonly cwd: string
  /** What it prints is shown in one piece at the end instead of at once: for what runs beside something that is shown. */
  readonly quiet?: boolean
  /** It takes the time of the processor that nothing else wants. */
  readonly yields?: boolean
  readonly env?: Readonly<Record<string, string>>
}

/** As `nice` understands it. */
const YIELDING = 5

/** Runs a program to its end. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { cwd, quiet = false, yields = false, env = {} }: RunSettings,
): Promise<Ended> {
  const title = `\n== ${command} ${args.join(' ')}\n`
  if (!quiet) process.stdout.write(title)
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  if (yields && child.pid !== undefined) setPriority(child.pid, YIELDING)
  const pieces: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      pieces.push(text)
      if (!quiet) process.stdout.write(text)
    })
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const output = pieces.join('')
  if (quiet) process.stdout.write(title + output)
  return { status, output }
}
