import type { Command } from 'commander'
import type { ScanSettings } from '../shared/datasetRun.js'
import type { RunOptions } from '../shared/sidecar.js'
import { threeMm, wholeNumber, windowHu, withScanFlags } from './parse.js'
import { toLocalizeSettings, type ScanFlags } from './scanFlags.js'

/** How masks are made, as commander hands it over. */
export interface MaskFlags {
  readonly marginMm?: RunOptions['marginMm']
  readonly paperMargin?: boolean
  readonly sliceStep?: number
  readonly window?: RunOptions['windowHu']
  readonly appearance: boolean
}

/** Options of commands that segment, as commander hands them over. */
export interface SegmentFlags extends ScanFlags, MaskFlags {
  readonly segmenter?: string
}

/** Adds the options of commands that segment. */
export function withSegmentFlags(command: Command): Command {
  return withMaskFlags(
    withScanFlags(command).option(
      '--segmenter <id>',
      'id of an installed segmenter (see "medlsam models list"), or the files of one as encoder.onnx,decoder.onnx',
    ),
  )
}

/** Adds the options that say how masks are made. */
export function withMaskFlags(command: Command): Command {
  return command
    .option('--margin-mm <x,y,z>', 'added to each side of a box before segmentation', threeMm)
    .option('--paper-margin', "the paper's margin of 2 slices and 10 pixels of a 1024-pixel slice")
    .option('--slice-step <n>', 'segment every nth slice and interpolate between', wholeNumber(1))
    .option('--window <level,width>', "CT window in HU (default: the segmenter's own)", windowHu)
    .option(
      '--no-appearance',
      "the segmenter's masks alone, without the shape and HU that an organ has in its templates",
    )
}

/** What those options ask for in a scan. */
export function toSegmentSettings(flags: SegmentFlags): ScanSettings {
  const { segmenter } = flags
  return { ...toLocalizeSettings(flags, toMaskOptions(flags)), ...(segmenter === undefined ? {} : { segmenter }) }
}

/** What the options about masks ask for. */
export function toMaskOptions({
  marginMm,
  paperMargin,
  sliceStep,
  window,
  appearance,
}: MaskFlags): Partial<RunOptions> {
  return {
    ...(marginMm === undefined ? {} : { marginMm }),
    ...(paperMargin === undefined ? {} : { paperMargin }),
    ...(sliceStep === undefined ? {} : { sliceStep }),
    ...(appearance ? {} : { appearance }),
    ...(window === undefined ? {} : { windowHu: window }),
  }
}
