import { expect, it } from 'vitest'
import { progressLines } from '../../../src/cli/progressLines.js'

it('writes a line a minute into a log file, and none for what is over sooner', () => {
  const lines: string[] = []
  let nowMs = 1000
  const listen = progressLines(
    (line) => lines.push(line),
    () => nowMs,
  )
  const at = (
    ms: number,
    ...[stage, done, total, secondsLeft]: ['score' | 'download', number, number, number | null]
  ): void => {
    nowMs = 1000 + ms
    listen({ stage, done, total, secondsLeft })
  }
  at(100, 'score', 1, 17, null)
  at(59_000, 'score', 2, 17, 500)
  at(61_000, 'score', 0, 0, null)
  at(62_000, 'score', 3, 17, 840)
  at(63_000, 'score', 4, 17, 780)
  at(125_000, 'download', 5_000_000, 20_500_000, null)
  expect(lines).toEqual(['Scoring: 3 of 17, 14 min 0 s left', 'Downloading: 5 of 21 MB'])
})
