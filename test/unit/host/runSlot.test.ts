import { expect, it } from 'vitest'
import { RunSlot, type Activity } from '../../../src/host/runSlot.js'

it('is held by one activity at a time; others have their turn in the order they came, unless they are withdrawn', async () => {
  const told: string[] = []
  const slot = new RunSlot({
    onChange: (running, waiting) =>
      told.push([running, ...waiting].map((activity) => activity?.name ?? 'nothing').join()),
  })
  const activity = (name: string): Activity => ({ kind: 'scan', name, cancel: () => undefined })
  const [a, b, c] = ['a', 'b', 'c'].map(activity)
  expect(slot.last()).toBeNull()
  await expect(slot.turn(a)).resolves.toBe(true)
  const turns = [slot.turn(b), slot.turn(c)]
  expect(slot.all()).toEqual([a, b, c])
  expect(slot.last()).toBe(c)
  expect([slot.withdraw(a), slot.withdraw(b)]).toEqual([false, true])
  await expect(turns[0]).resolves.toBe(false)
  slot.leave(b)
  expect(slot.running()).toBe(a)
  slot.leave(a)
  await expect(turns[1]).resolves.toBe(true)
  expect(slot.running()).toBe(c)
  slot.leave(c)
  expect(slot.all()).toEqual([])
  expect(told).toEqual(['a', 'a,b', 'a,b,c', 'a,c', 'c', 'nothing'])
})
