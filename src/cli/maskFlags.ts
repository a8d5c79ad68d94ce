import type { Command } from 'commander'
import { defined } from '../shared/defined.js'
import type { RunOptions } from '../shared/sidecar.js'
import { threeMm, wholeNumber, windowHu } from './parse.js'

/** Options that say how masks are made, as commander hands them over. */
export interface MaskFlags {
  readonly marginMm?: RunOptions['marginMm']
  readonly paperMargin?: boolean
  readonly sliceStep?: number
  readonly window?: RunOptions['windowHu']
  readonly appearance: boolean
}

/** Adds those options. */
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

/** What they ask for. */
export function toMaskOptions(flags: MaskFlags): Partial<RunOptions> {
  const { marginMm, paperMargin, sliceStep, window, appearance } = flags
  return defined({
    marginMm,
    paperMargin,
    sliceStep,
    appearance: appearance ? undefined : false,
    windowHu: window,
  })
}
