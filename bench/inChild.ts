import { fork } from 'node:child_process'

/**
 * Runs a part of a bench in a process of its own, so that its peak memory is its own. The file is started again
 * with `--child` and the work as JSON, and answers with {@link answerParent}.
 */
export function inChild<T>(file: string, work: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = fork(file, ['--child', JSON.stringify(work)])
    child.on('message', (result) => {
      resolve(result as T)
    })
    child.on('error', reject)
    child.on('exit', (code) => {
      if (code !== 0) reject(new Error(`${file} ended with code ${code ?? 'none'}`))
    })
  })
}

/** Gives the result to the process that started this one, and lets go of it. */
export function answerParent(result: unknown): void {
  process.send?.(result)
  process.disconnect()
}
