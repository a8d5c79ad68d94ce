import { spawn } from 'node:child_process'

/** How a program ended and what it printed. */
export interface Ended {
  readonly status: number | null
  readonly output: string
}

/**
 * Runs a program to its end. What it prints is shown at once, or in one piece at the end: for what runs beside
 * something that is shown.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  { cwd, quiet = false, env = {} }: { cwd: string; quiet?: boolean; env?: Readonly<Record<string, string>> },
): Promise<Ended> {
  const title = `\n== ${command} ${args.join(' ')}\n`
  if (!quiet) process.stdout.write(title)
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
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
