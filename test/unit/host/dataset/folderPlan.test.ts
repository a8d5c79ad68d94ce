import { expect, it } from 'vitest'
import { planText } from '../../../../src/host/dataset/folderPlan.js'
import type { DatasetPlan, ScanState } from '../../../../src/shared/datasetRun.js'

const scan = (path: string, state: ScanState): DatasetPlan['scans'][number] =>
  ({ path, output: `${path}_dseg`, state, inShard: true }) as DatasetPlan['scans'][number]
const plan = (scans: DatasetPlan['scans'], skipped: DatasetPlan['skipped'] = []): DatasetPlan =>
  ({ scans, skipped, outFolder: '/data', warnings: ['One template moved.'] }) as unknown as DatasetPlan

it('says how many, which are left out and why, how long, and where results go', () => {
  const text = planText(
    'data',
    plan(
      [
        scan('a', { kind: 'todo', why: 'new' }),
        scan('b', { kind: 'todo', why: 'failedBefore' }),
        scan('c', { kind: 'done' }),
        scan('d', { kind: 'kept', why: 'editedSince' }),
      ],
      Array.from({ length: 10 }, (_, at) => ({ path: `x${at}`, reason: 'notCt' as const })),
    ),
    120,
  )
  expect(text.start).toBe('Start 2 Scans')
  expect(text.message).toBe('Segment 2 scans in data?')
  expect(text.detail).toContain('To do: 2 (1 new, 1 failed before). That takes about 4 minutes')
  expect(text.detail).toContain('Done before: 1.')
  expect(text.detail).toContain('Left alone:\nd (edited since)')
  expect(text.detail).toContain('x7 (not CT)\nand 2 more')
  expect(text.detail).toContain('Results go to /data.')
  expect(text.detail).toContain('One template moved.')
})

it('says so when nothing is left, and when the time is not known', () => {
  expect(planText('data', plan([scan('c', { kind: 'done' })]), null)).toMatchObject({
    start: null,
    message: 'Nothing is left to do in data.',
  })
  expect(planText('data', plan([scan('a', { kind: 'todo', why: 'new' })]), null).detail).toContain('is known once')
})
