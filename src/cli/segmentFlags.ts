import type { Command } from 'commander'
import type { ScanSettings } from '../shared/datasetRun.js'
import { defined } from '../shared/defined.js'
import { toMaskOptions, withMaskFlags, type MaskFlags } from './maskFlags.js'
import { toLocalizeSettings, withScanFlags, type ScanFlags } from './scanFlags.js'

/** Options of commands that segment, as commander hands them over. */
export interface SegmentFlags extends ScanFlags, MaskFlags {
  readonly segmenter?: string
}

/** Adds those options. */
export function withSegmentFlags(command: Command): Command {
  return withMaskFlags(
    withScanFlags(command).option(
      '--segmenter <id>',
      'id of an installed segmenter (see "medlsam models list"), or the files of one as encoder.onnx,decoder.onnx',
    ),
  )
}

/** What they ask for in a scan. */
export function toSegmentSettings(flags: SegmentFlags): ScanSettings {
  return { ...toLocalizeSettings(flags, toMaskOptions(flags)), ...defined({ segmenter: flags.segmenter }) }
}
