import type { Command } from 'commander'
import { LEFT_OUT_TEXTS } from '../../engine/dicom/leftOut.js'
import { listSeries, type ListedSeries } from '../../engine/dicom/listSeries.js'
import { runCommand } from '../command.js'
import { EXIT } from '../exitCodes.js'

/** `medlsam dicom list FOLDER` */
export function addDicomCommands(program: Command): void {
  const dicom = program.command('dicom').description('look into folders of DICOM files')
  dicom
    .command('list')
    .description('list the DICOM series of a folder and below it, and why some cannot be scans')
    .argument('<folder>', 'folder of DICOM files, or one of them')
    .option('--json', 'print one JSON document on stdout and nothing else')
    .action((folder: string, flags: { readonly json?: boolean }) =>
      runCommand(flags, async () => {
        const series = await listSeries(folder)
        return { document: { series }, lines: seriesTable(series), exitCode: EXIT.allFound }
      }),
    )
}

const LONGEST_DESCRIPTION = 32

/** The series as lines; what a description holds beyond a width is cut. */
function seriesTable(series: readonly ListedSeries[]): string[] {
  return [
    `   #  ${'description'.padEnd(LONGEST_DESCRIPTION)}  kind  images       size  apart mm  UID ends in`,
    ...series.map(({ number, description, modality, slices, pixels, spacingMm, uidEnd, leftOut, problem }) => {
      const row = [
        String(number).padStart(4),
        description.slice(0, LONGEST_DESCRIPTION).padEnd(LONGEST_DESCRIPTION),
        modality.padEnd(4),
        String(slices).padStart(6),
        pixels.join('x').padStart(9),
        (spacingMm === null ? '' : spacingMm[2].toFixed(2)).padStart(8),
        uidEnd.padEnd(11),
        problem ?? (leftOut === null ? '' : `left out: ${LEFT_OUT_TEXTS[leftOut]}`),
      ]
      return row.join('  ').trimEnd()
    }),
  ]
}
