import { expect, it } from 'vitest'
import type { ListedStructure, RunView } from '../../../../src/protocol/scanEditor.js'
import { FirstResult } from '../../../../src/webview/control/firstResult.js'

const organ = (status: ListedStructure['status'], at: number): ListedStructure => ({
  name: 'Organ',
  labelValue: 1,
  color: '#000000',
  status,
  confidence: 1,
  volumeMl: null,
  boxMm: status === 'found' ? { min: [at, at, at], max: [at + 2, at + 4, at + 6] } : null,
  extremePointsMm: null,
})
const running = (...structures: ListedStructure[]): RunView => ({
  kind: 'running',
  name: 'scan',
  progress: null,
  structures,
  finished: 0,
  isEnding: false,
})

it('goes to the first structure that is found, once', () => {
  const first = new FirstResult()
  expect(first.placeFor(running(organ('waiting', 0)), [1, 2, 3])).toBeNull()
  expect(first.placeFor(running(organ('not-found', 0), organ('found', 10)), [1, 2, 3])).toEqual([11, 12, 13])
  expect(first.placeFor(running(organ('found', 20)), [11, 12, 13])).toBeNull()
})

it('stays where the user went meanwhile, and where there was no run', () => {
  const first = new FirstResult()
  first.placeFor(running(), [1, 2, 3])
  expect(first.placeFor(running(organ('found', 10)), [1, 2, 4])).toBeNull()
  expect(first.placeFor(running(organ('found', 10)), [1, 2, 3])).toBeNull()
  expect(
    first.placeFor({ kind: 'localized', summary: '', warnings: [], structures: [organ('found', 1)] }, [0, 0, 0]),
  ).toBeNull()
})

it('looks again in the next run', () => {
  const first = new FirstResult()
  first.placeFor(running(), [1, 2, 3])
  expect(first.placeFor({ kind: 'cancelled' }, [1, 2, 3])).toBeNull()
  first.placeFor(running(), [0, 0, 0])
  expect(first.placeFor(running(organ('found', 10)), [0, 0, 0])).toEqual([11, 12, 13])
})
