import type { Command } from 'commander'
import type { ScanSettings } from '../shared/datasetRun.js'
import { defined } from '../shared/defined.js'
import type { ResultExport } from '../shared/exportFormats.js'
import { toMaskOptions, withMaskFlags, type MaskFlags } from './maskFlags.js'
import { writeFormats } from './parse.js'
import { toLocalizeSettings, withScanFlags, type ScanFlags } from './scanFlags.js'

/** Options of commands that segment, as commander hands them over. */
export interface SegmentFlags extends ScanFlags, MaskFlags {
  readonly segmenter?: string
  readonly write?: readonly ResultExport[]
  readonly deidentify?: boolean
}

/** Adds those options. */
export function withSegmentFlags(command: Command): Command {
  return withMaskFlags(
    withScanFlags(command)
      .option(
        '--segmenter <id>',
        'id of an installed segmenter (see "medlsam models list"), or the files of one as encoder.onnx,decoder.onnx',
      )
      .option(
        '--write <formats>',
        'with commas between: nifti (always written), seg and rtstruct (of a DICOM series), nrrd (.seg.nrrd of 3D Slicer)',
        writeFormats,
      )
      .option('--deidentify', 'pseudonyms in the place of names, ids and UIDs in DICOM objects, and no dates'),
  )
}

/** What they ask for in a scan. */
export function toSegmentSettings(flags: SegmentFlags): ScanSettings {
  return {
    ...toLocalizeSettings(flags, toMaskOptions(flags)),
    ...defined({ segmenter: flags.segmenter, write: flags.write, deidentify: flags.deidentify }),
  }
}
