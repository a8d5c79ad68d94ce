import { throwIfCancelled } from '../../shared/medlsamError.js'

/** Does work when its turn comes; calls `onWait` when that is not now. @throws MedlsamError `cancelled` at once when that happens before */
export type Order = <T>(work: () => Promise<T>, signal: AbortSignal, onWait?: () => void) => Promise<T>

/** A queue: work is done one at a time, in the order it came. */
export function oneAtATime(): Order {
  let last: Promise<unknown> = Promise.resolve()
  let ahead = 0
  return (work, signal, onWait) => {
    const turn = last
    if (ahead > 0) onWait?.()
    ahead++
    const mine = (async () => {
      await Promise.race([turn, whenAborted(signal)])
      throwIfCancelled(signal)
      return work()
    })()
    last = Promise.allSettled([turn, mine]).then(() => {
      ahead--
    })
    return mine
  }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else
      signal.addEventListener(
        'abort',
        () => {
          resolve()
        },
        { once: true },
      )
  })
}
