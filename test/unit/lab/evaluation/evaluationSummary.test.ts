import { describe, expect, it } from 'vitest'
import { summarizeCases, type CaseScores } from '../../../../src/lab/evaluation/evaluationSummary.js'
import { scoresTable, statisticsTable, summaryTable } from '../../../../src/lab/evaluation/scoreTables.js'
import { toHtml, toLatex, toMarkdown } from '../../../../src/lab/evaluation/textTable.js'
import { toCsv } from '../../../../src/shared/figureTable.js'
import type { StructureScore } from '../../../../src/lab/evaluation/scoreStructure.js'

const score = (structure: string, dice: number | null, more: Partial<StructureScore> = {}): StructureScore => ({
  structure,
  outcome: dice === null ? 'absent' : dice === 0 ? 'missed' : 'scored',
  dice,
  surfaceDice: dice,
  toleranceMm: 2,
  hd95Mm: dice === null || dice === 0 ? null : 10 - dice,
  volumeMl: 1,
  truthMl: 1,
  volumeErrorMl: 0,
  volumeErrorPercent: 0,
  boxIou: dice,
  wallErrorsMm: null,
  wallDistanceMm: null,
  cutSides: [],
  ...more,
})

describe('a summary over cases', () => {
  const cases: readonly CaseScores[] = [
    { id: 'a', scores: [score('Liver', 0.8), score('Lens', 0)] },
    { id: 'b', scores: [score('Liver', 0.6), score('Lens', null)] },
    {
      id: 'c',
      scores: [
        score('Liver', 0.1),
        score('Lens', 0.5, {
          wallErrorsMm: { inferior: 1, posterior: -2, right: 0, superior: 3, anterior: 0, left: 0 },
          cutSides: ['inferior'],
        }),
      ],
    },
  ]
  const summary = summarizeCases(cases, 1)

  it('counts failures as 0 and what is not drawn not at all', () => {
    const [liver, lens] = summary.structures
    expect(liver).toMatchObject({ structure: 'Liver', drawn: 3, missed: 0, metrics: { dice: { n: 3, median: 0.6 } } })
    expect(liver.metrics.dice?.mean).toBeCloseTo(0.5, 12)
    expect(lens).toMatchObject({
      drawn: 2,
      missed: 1,
      metrics: { dice: { n: 2, mean: 0.25 }, hd95Mm: { n: 1, mean: 9.5 } },
    })
    expect(lens.walls.inferior).toBeNull()
    expect(lens.walls.posterior).toMatchObject({ n: 1, mean: -2 })
    // Mean over organs, not over all cases and organs.
    expect(summary.overall.dice?.mean).toBeCloseTo(0.375, 12)
    expect(summary.overall.dice?.low).toBeLessThan(0.375)
  })

  it('is written for people, papers and programs', () => {
    const table = summaryTable(summary, 'A & B')
    expect(toMarkdown(table)).toContain('| Lens | 2 | 1 | 0 | 25.0 ± 25.0 |')
    expect(toLatex(table)).toContain('Lens & 2 & 1 & 0 & 25.0 $\\pm$ 25.0')
    expect(toLatex(table)).toContain('DSC \\%')
    expect(toHtml(table)).toContain('A &amp; B')
    // Programs need both numbers of "mean ± std".
    const [head, , lens] = toCsv(table)
      .split('\n')
      .map((line) => line.split(','))
    expect(head.slice(0, 6)).toEqual(['structure', 'cases', 'missed', 'extra', 'DSC % mean', 'DSC % std'])
    expect(lens.slice(0, 6)).toEqual(['Lens', '2', '1', '0', '25', '25'])
    expect(toCsv(statisticsTable(summary))).toContain('Lens,dice,2,0.25,0.25,0.25,')
    const rows = toCsv(scoresTable(cases)).trim().split('\n')
    expect(rows).toHaveLength(1 + 5)
    expect(rows[0].split(',').slice(0, 4)).toEqual(['case', 'structure', 'outcome', 'dice'])
    expect(rows[2]).toMatch(/^a,Lens,missed,0,/)
  })
})
