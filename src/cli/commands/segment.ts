import type { Command } from 'commander'
import type { RunOptions } from '../../protocol/sidecar.js'
import { runCommand } from '../command.js'
import { exitCodeOfResult } from '../exitCodes.js'
import { threeMm, wholeNumber, windowHu, withScanFlags } from '../parse.js'
import { toLocalizeRequest, type ScanFlags } from '../scanFlags.js'
import { structureTable } from '../structureTable.js'

interface SegmentFlags extends ScanFlags {
  readonly out?: string
  readonly segmenter?: string
  readonly marginMm?: RunOptions['marginMm']
  readonly paperMargin?: boolean
  readonly sliceStep?: number
  readonly window?: RunOptions['windowHu']
  readonly huRange: boolean
}

/** `medlsam segment SCAN --templates SET` */
export function addSegment(program: Command): void {
  withScanFlags(program.command('segment'))
    .description('find and segment structures; writes a label map with its sidecar')
    .argument('<scan>', 'CT as NIfTI, NRRD or MetaImage')
    .option('--out <file>', 'label map to write, .nii.gz or .nii (default: SCAN_dseg.nii.gz beside the scan)')
    .option('--segmenter <id>', 'mobilesam, or the files of one as encoder.onnx,decoder.onnx')
    .option('--margin-mm <x,y,z>', 'added to each side of a box before segmentation', threeMm)
    .option('--paper-margin', "the paper's margin of 2 slices and 10 pixels of a 1024-pixel slice")
    .option('--slice-step <n>', 'segment every nth slice and interpolate between', wholeNumber(1))
    .option('--window <level,width>', "CT window in HU (default: the segmenter's own)", windowHu)
    .option('--no-hu-range', "keep voxels outside the HU that an organ has in its templates")
    .action((scan: string, flags: SegmentFlags) =>
      runCommand(flags, async (engine, hooks) => {
        const { out, segmenter, marginMm, paperMargin, sliceStep, window, huRange } = flags
        const more: Partial<RunOptions> = {
          ...(marginMm === undefined ? {} : { marginMm }),
          ...(paperMargin === undefined ? {} : { paperMargin }),
          ...(sliceStep === undefined ? {} : { sliceStep }),
          ...(huRange ? {} : { huRange }),
          ...(window === undefined ? {} : { windowHu: window }),
        }
        const { paths, sidecar } = await engine.segment(
          {
            ...toLocalizeRequest(scan, flags, more),
            ...(out === undefined ? {} : { out }),
            ...(segmenter === undefined ? {} : { segmenter }),
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
