import type { ChildProcess } from 'node:child_process'
import { z } from 'zod'

const messageSchema = z.object({ done: z.number(), total: z.number() })

/** Tells the process that forked this one how far it is; does nothing in a process that the user started. */
export function tellParent(done: number, total: number): void {
  if (process.connected) process.send?.({ done, total })
}

/** Listens to what a forked process says with {@link tellParent}. */
export function listenToChild(child: ChildProcess, listener: (done: number, total: number) => void): void {
  child.on('message', (message) => {
    const { done, total } = messageSchema.parse(message)
    listener(done, total)
  })
}
