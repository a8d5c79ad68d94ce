import type { Command } from 'commander'
import { runCommand } from '../command.js'
import { exitCodeOfResult } from '../exitCodes.js'
import { toLocalizeRequest, withScanFlags, withSeriesFlag, type ScanFlags } from '../scanFlags.js'
import { structureTable } from '../structureTable.js'

/** `medlsam localize SCAN --templates SET` */
export function addLocalize(program: Command): void {
  withSeriesFlag(withScanFlags(program.command('localize')))
    .description('find structures in a scan; writes nothing')
    .argument('<scan>', 'CT as NIfTI, NRRD, MetaImage, or a folder of DICOM slices')
    .action((scan: string, flags: ScanFlags) =>
      runCommand(flags, async (engine, hooks) => {
        const report = await engine.localize(toLocalizeRequest(scan, flags), hooks)
        return {
          document: report,
          lines: [...structureTable(report.structures), ...report.warnings.map((warning) => `Note: ${warning}`)],
          exitCode: exitCodeOfResult(report.structures),
        }
      }),
    )
}
