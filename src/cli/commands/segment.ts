import type { Command } from 'commander'
import { defined } from '../../shared/defined.js'
import { runCommand } from '../command.js'
import { exitCodeOfResult } from '../exitCodes.js'
import { withSeriesFlag } from '../scanFlags.js'
import { toSegmentSettings, withSegmentFlags, type SegmentFlags } from '../segmentFlags.js'
import { structureTable } from '../structureTable.js'

/** `medlsam segment SCAN --templates SET` */
export function addSegment(program: Command): void {
  withSeriesFlag(withSegmentFlags(program.command('segment')))
    .description('find and segment structures; writes a label map with its sidecar')
    .argument('<scan>', 'CT as NIfTI, NRRD, MetaImage, or a folder of DICOM slices')
    .option(
      '--out <file>',
      'label map to write, .nii.gz or .nii (default: SCAN_dseg.nii.gz beside the scan or its folder of slices)',
    )
    .option('--force', 'replace a label map that is there already, whoever made or edited it')
    .action((scan: string, flags: SegmentFlags & { readonly out?: string; readonly force?: boolean }) =>
      runCommand(flags, async (engine, hooks) => {
        const { paths, sidecar } = await engine.segment(
          {
            ...toSegmentSettings(flags),
            scanPath: scan,
            ...defined({ series: flags.series, out: flags.out, force: flags.force }),
          },
          hooks,
        )
        return {
          document: sidecar,
          lines: [
            ...structureTable(sidecar.structures),
            ...sidecar.warnings.map((warning) => `Note: ${warning}`),
            `Label map: ${paths.labelMap}`,
            `Details:   ${paths.sidecar}`,
          ],
          exitCode: exitCodeOfResult(sidecar.structures),
        }
      }),
    )
}
