import { Option, type Command } from 'commander'
import { defined } from '../shared/defined.js'
import { QUALITIES, type Quality, type RunOptions } from '../shared/sidecar.js'
import { threeMm, wholeNumber, windowHu } from './parse.js'

/** Options that say how masks are made, as commander hands them over. */
export interface MaskFlags {
  readonly quality?: Quality
  readonly marginMm?: RunOptions['marginMm']
  readonly paperMargin?: boolean
  readonly sliceStep?: number
  readonly window?: RunOptions['windowHu']
  readonly appearance: boolean
}

/** Adds those options. */
export function withMaskFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--quality <name>',
        'best: the segmenter sees every slice, one at a time; balanced: several at once, 6 mm apart, in a fifth of the time (default); draft: no segmenter, what the templates say, in seconds',
      ).choices(QUALITIES),
    )
    .option('--margin-mm <x,y,z>', 'added to each side of a box before segmentation', threeMm)
    .option('--paper-margin', "the paper's margin of 2 slices and 10 pixels of a 1024-pixel slice")
    .option('--slice-step <n>', 'run the segmenter on every nth slice at most and fill in between', wholeNumber(1))
    .option('--window <level,width>', "CT window in HU (default: the segmenter's own)", windowHu)
    .option(
      '--no-appearance',
      "the segmenter's masks alone, without the shape and HU that an organ has in its templates",
    )
}

/** What they ask for. */
export function toMaskOptions(flags: MaskFlags): Partial<RunOptions> {
  const { quality, marginMm, paperMargin, sliceStep, window, appearance } = flags
  return defined({
    quality,
    marginMm,
    paperMargin,
    sliceStep,
    appearance: appearance ? undefined : false,
    windowHu: window,
  })
}
