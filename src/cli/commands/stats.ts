import path from 'node:path'
import { Option, type Command } from 'commander'
import { scanStatistics } from '../../engine/labels/scanStatistics.js'
import { readLabelMap } from '../../engine/scanFiles/readLabelMap.js'
import { toMarkdown } from '../../lab/evaluation/textTable.js'
import { toCsv } from '../../shared/figureTable.js'
import { findLabelNames } from '../../shared/labelNames/labelNames.js'
import { namesFilesIn } from '../../shared/node/namesFiles.js'
import { statisticsTable } from '../../shared/structureTables.js'
import { runCommand } from '../command.js'
import { EXIT } from '../exitCodes.js'

interface StatsFlags {
  readonly scan: string
  readonly csv?: boolean
  readonly json?: boolean
}

/** `medlsam stats LABELMAP --scan SCAN` */
export function addStats(program: Command): void {
  program
    .command('stats')
    .description('volume, mean and SD of HU, box and centre of every structure of a label map')
    .argument('<labelmap>', 'label map of the scan; what lies beside it names its structures')
    .requiredOption('--scan <scan>', 'the scan that it belongs to')
    .option('--csv', 'print CSV, with numbers that are not rounded')
    .addOption(new Option('--json', 'print one JSON document on stdout and nothing else').conflicts('csv'))
    .action((labelMap: string, flags: StatsFlags) =>
      runCommand(flags, async () => {
        const labels = await readLabelMap(labelMap)
        const names = await findLabelNames(path.basename(labelMap), namesFilesIn(path.dirname(labelMap)))
        const report = await scanStatistics(flags.scan, labels, labelMap, names?.structures ?? [])
        const table = statisticsTable(labelMap, report.structures)
        return {
          document: report,
          lines:
            flags.csv === true
              ? [toCsv(table).trimEnd()]
              : [toMarkdown(table), ...report.warnings.map((warning) => `Note: ${warning}`)],
          exitCode: EXIT.allFound,
        }
      }),
    )
}
