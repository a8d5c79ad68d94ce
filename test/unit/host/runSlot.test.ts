import { expect, it } from 'vitest'
import { RunSlot, type Activity } from '../../../src/host/runSlot.js'

it('is held by one activity at a time, which is the one that is cancelled', () => {
  const told: (string | null)[] = []
  const slot = new RunSlot({
    onRefused: () => told.push('refused'),
    onChange: (running) => told.push(running?.kind ?? null),
  })
  const stopped: string[] = []
  const activity = (kind: Activity['kind']): Activity => ({ kind, cancel: () => stopped.push(kind) })
  const [scan, folder] = [activity('scan'), activity('folder')]
  slot.cancel()
  expect([slot.running(), slot.isFree(), slot.take(scan)]).toEqual([null, true, true])
  expect([slot.running(), slot.isFree(), slot.take(folder)]).toEqual([scan, false, false])
  slot.cancel()
  slot.leave(folder)
  expect(slot.running()).toBe(scan)
  slot.leave(scan)
  expect([slot.running(), slot.take(folder)]).toEqual([null, true])
  slot.cancel()
  expect(stopped).toEqual(['scan', 'folder'])
  expect(told).toEqual(['scan', 'refused', 'refused', null, 'folder'])
})
