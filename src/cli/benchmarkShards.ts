import { fork } from 'node:child_process'
import os from 'node:os'
import { createInterface } from 'node:readline'
import { MedlsamError } from '../shared/medlsamError.js'
import { listenToChild } from './childProgress.js'
import { ERROR_PREFIX } from './command.js'
import { EXIT } from './exitCodes.js'

/**
 * Runs the cases of a benchmark in processes of their own, which keep what they made in its folder.
 * @throws MedlsamError what all of them stumble over; `cancelled` when it was stopped
 */
export async function runShards(
  flags: { readonly jobs: number; readonly threads?: number },
  signal: AbortSignal | undefined,
  onCase: (done: number, total: number) => void,
): Promise<void> {
  const threads = flags.threads ?? Math.max(1, Math.floor(os.availableParallelism() / flags.jobs))
  // Their output is not read; their errors are wanted as sentences.
  const args = process.argv.slice(2).filter((arg) => arg !== '--json')
  const sentences: string[] = []
  const states: { readonly done: number; readonly total: number }[] = []
  const running = Array.from({ length: flags.jobs }, (_, index) => {
    const child = fork(
      process.argv[1],
      [...args, '--shard', `${index + 1}/${flags.jobs}`, '--threads', String(threads)],
      { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
    )
    // Not inherited: several processes would draw their bars over each other.
    if (child.stderr !== null) {
      createInterface({ input: child.stderr }).on('line', (line) => {
        // What all of them stumble over is said once, by this process.
        if (line.startsWith(ERROR_PREFIX)) sentences.push(line.slice(ERROR_PREFIX.length))
        else process.stderr.write(`${line}\n`)
      })
    }
    listenToChild(child, (done, total) => {
      states[index] = { done, total }
      const known = Object.values(states)
      if (known.length === flags.jobs)
        onCase(
          known.reduce((sum, state) => sum + state.done, 0),
          known.reduce((sum, state) => sum + state.total, 0),
        )
    })
    return child
  })
  const stop = (): void => {
    running.forEach((child) => child.kill('SIGINT'))
  }
  signal?.addEventListener('abort', stop)
  const codes = await Promise.all(
    running.map((child) => new Promise<number | null>((resolve) => child.once('close', resolve))),
  )
  signal?.removeEventListener('abort', stop)
  if (signal?.aborted === true) throw stopped()
  const failed = codes.filter((code) => code !== EXIT.allFound).length
  if (failed === 0) return
  const said = [...new Set(sentences)].join(' ')
  // What is wrong with files or options is wrong the next time too.
  if (said !== '' && codes.includes(EXIT.usage)) throw new MedlsamError('usage', said)
  if (said !== '' && codes.includes(EXIT.badInput)) throw new MedlsamError('input', said)
  throw new MedlsamError(
    'internal',
    `${failed} of ${flags.jobs} processes ended early; run the same command again to go on. ${said}`.trim(),
  )
}

function stopped(): MedlsamError {
  return new MedlsamError('cancelled', 'Stopped before the end; run the same command again to go on.')
}

/** Says of a benchmark that was stopped how to go on. */
export function sayHowToGoOn(error: unknown): never {
  throw error instanceof MedlsamError && error.kind === 'cancelled' ? stopped() : error
}
