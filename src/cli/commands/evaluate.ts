import type { Command } from 'commander'
import { defined } from '../../shared/defined.js'
import { evaluateFolders } from '../../lab/evaluation/evaluateFolders.js'
import { summaryTable } from '../../lab/evaluation/scoreTables.js'
import { summarizeCases, type CaseScores } from '../../lab/evaluation/evaluationSummary.js'
import { toMarkdown } from '../../lab/evaluation/textTable.js'
import { EVALUATION_FILES, writeEvaluation } from '../../lab/evaluation/writeEvaluation.js'
import { makeFolders } from '../../shared/node/makeFolders.js'
import { keepForeignIn } from '../../shared/node/ownFolder.js'
import { startClock } from '../../engine/pipeline/stageClock.js'
import { runCommand } from '../command.js'
import { EXIT } from '../exitCodes.js'
import { wholeNumber } from '../parse.js'

interface EvaluateFlags {
  readonly pred: string
  readonly truth: string
  readonly labels: string
  readonly out: string
  readonly seed: number
  readonly resample: boolean
  readonly complete?: boolean
  readonly force?: boolean
  readonly json?: boolean
}

/** `medlsam evaluate --pred DIR --truth DIR --labels FILE --out DIR` */
export function addEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('score label maps against the truth: Dice, boxes, surfaces, volumes')
    .requiredOption('--pred <dir>', 'predicted label maps; what lies beside them (JSON) tells their names and boxes')
    .requiredOption(
      '--truth <dir>',
      'true label maps, DICOM SEG or RTSTRUCT of the same names, with or without _seg, _dseg, _ct',
    )
    .requiredOption(
      '--labels <file>',
      'what label values of the truth mean: {"labels": {"1": "Brainstem"}} or a _dseg.tsv',
    )
    .requiredOption('--out <dir>', 'folder for scores.csv, statistics.csv, summary.md, summary.tex and evaluation.json')
    .option('--seed <n>', 'seed of the bootstrap', wholeNumber(0), 2023)
    .option('--no-resample', 'refuse predictions that lie on another grid than the truth')
    .option('--complete', 'the truth shows every structure there is, so what is found elsewhere is a failure')
    .option('--force', 'replace files of these names that are not from an evaluation, or were edited')
    .option('--json', 'print one JSON document on stdout and nothing else')
    .action((flags: EvaluateFlags) =>
      runCommand(flags, async (_engine, hooks) => {
        await makeFolders(flags.out)
        await keepForeignIn(flags.out, EVALUATION_FILES, flags.force)
        const clock = startClock(hooks.onProgress)
        clock.start('score')
        const { cases, warnings } = await evaluateFolders(
          {
            predictions: flags.pred,
            truth: flags.truth,
            labels: flags.labels,
            resample: flags.resample,
            truthIsComplete: flags.complete === true,
          },
          {
            ...defined({ signal: hooks.signal }),
            onCase: (done, total, id) => {
              clock.report(done, total, id)
            },
          },
        )
        const summary = summarizeCases(cases, flags.seed)
        const title = `${flags.pred} against ${flags.truth}`
        await writeEvaluation(flags.out, { cases, summary, warnings }, title, flags.force)
        const failures = listFailures(cases, flags.complete === true)
        return {
          document: { cases, summary, warnings },
          lines: [
            toMarkdown(summaryTable(summary, title)),
            ...failures,
            ...warnings.map((warning) => `Note: ${warning}`),
            `All figures: ${flags.out}`,
          ],
          exitCode: failures.length === 0 ? EXIT.allFound : EXIT.someMissing,
        }
      }),
    )
}

/** What counts as 0, each with its reason: it must be seen. */
function listFailures(cases: readonly CaseScores[], truthIsComplete: boolean): string[] {
  return cases.flatMap(({ id, scores }) =>
    scores.flatMap(({ structure, outcome, reason }): string[] => {
      switch (outcome) {
        case 'missed':
          return [`Missed: ${structure} of ${id}. ${reason ?? ''}`.trim()]
        case 'extra':
          return truthIsComplete ? [`Found in vain: ${structure} of ${id}. ${reason ?? ''}`.trim()] : []
        case 'scored':
        case 'absent':
          return []
      }
    }),
  )
}
