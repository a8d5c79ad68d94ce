import { describe, expect, it } from 'vitest'
import { oneAtATime } from '../../../../src/engine/server/oneAtATime.js'

const never = new AbortController().signal

describe('a queue', () => {
  it('does one thing after the other, in the order they came, also after a failure', async () => {
    const order = oneAtATime()
    const heard: string[] = []
    const work = (name: string) => async (): Promise<string> => {
      heard.push(`${name} begins`)
      await new Promise((resolve) => setTimeout(resolve, 5))
      heard.push(`${name} ends`)
      if (name === 'b') throw new Error('broke')
      return name
    }
    const told: string[] = []
    const all = await Promise.allSettled(['a', 'b', 'c'].map((name) => order(work(name), never, () => told.push(name))))
    expect(told).toEqual(['b', 'c'])
    await order(work('d'), never, () => told.push('d'))
    expect(told).toEqual(['b', 'c'])
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(heard).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends', 'd begins', 'd ends'])
  })

  it('answers what is cancelled before its turn at once, and lets nothing else go first', async () => {
    const order = oneAtATime()
    const heard: string[] = []
    let finish = (): void => undefined
    const long = order(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve
        }),
      never,
    )
    const abort = new AbortController()
    const waiting = order(() => {
      heard.push('cancelled')
      return Promise.resolve()
    }, abort.signal)
    const after = order(() => {
      heard.push('after')
      return Promise.resolve()
    }, never)
    abort.abort()
    await expect(waiting).rejects.toMatchObject({ kind: 'cancelled' })
    expect(heard).toEqual([])
    finish()
    await Promise.all([long, after])
    expect(heard).toEqual(['after'])
  })
})
