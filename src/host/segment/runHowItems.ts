import * as vscode from 'vscode'
import { infoMethod } from '../../protocol/rpc.js'
import { BALANCED_APART_MM } from '../../shared/requests.js'
import { secondsText } from '../../shared/secondsText.js'
import { QUALITIES, type Quality } from '../../shared/sidecar.js'
import { askWithBack } from '../askWithBack.js'
import { qualityOf, segmenterOf, sliceStepOf, type RunHow } from './runChoices.js'
import { secondsByQuality } from './runTimes.js'
import type { RunServices } from './runServices.js'
import { sliceStepText } from './runWords.js'

/** What of a run's subject decides how it can be done. */
interface HowSubject {
  readonly scope: vscode.Uri
  readonly canLocalizeOnly: boolean
}

/** An entry that changes how a run is done. */
export interface HowItem extends vscode.QuickPickItem {
  /** Asks, and tells how it is done then. */
  readonly ask: (how: RunHow) => Promise<RunHow>
}

const SLICE_STEPS = [1, 2, 3, 5]
const QUALITY_DETAILS: Readonly<Record<Quality, string>> = {
  best: 'the segmenter sees every slice, one at a time',
  balanced: `the segmenter sees several slices at once, ${BALANCED_APART_MM} mm apart`,
  draft: 'no segmenter: what the templates say of shape and HU',
}

/** How the run is done; a press changes it and comes back. A draft looks at every slice, without a segmenter. */
export function howItems(
  { engine, extension }: Pick<RunServices, 'engine' | 'extension'>,
  { scope, canLocalizeOnly }: HowSubject,
  how: RunHow,
): HowItem[] {
  const isSegmenting = how.task === 'segment'
  const quality = qualityOf(scope, how)
  const seconds = secondsByQuality(extension)
  const step = sliceStepOf(scope, how)
  const segmenter = segmenterOf(scope, how)
  const task: HowItem = {
    label: isSegmenting ? '$(symbol-color) Localize and segment' : '$(symbol-array) Localize only',
    description: isSegmenting
      ? 'press for boxes and points alone'
      : 'boxes and points, nothing is written; press for masks too',
    ask: (now) => Promise.resolve({ ...now, task: now.task === 'segment' ? 'localize' : 'segment' }),
  }
  const qualities: HowItem = {
    label: `$(dashboard) Quality ${quality}`,
    description: `about ${secondsText(seconds[quality])} a scan; press to choose`,
    ask: (now) => askQuality(now, quality, seconds),
  }
  const slices: HowItem = {
    label: `$(layers) Segment ${sliceStepText(step, quality)}`,
    description: 'press to choose',
    ask: (now) => askSliceStep(now, step, quality),
  }
  const networks: HowItem = {
    label: `$(circuit-board) Segmenter ${segmenter}`,
    description: 'press to choose',
    ask: (now) => askSegmenter(engine, now, segmenter),
  }
  return [
    ...(canLocalizeOnly ? [task] : []),
    ...(isSegmenting ? [qualities] : []),
    ...(isSegmenting && quality !== 'draft' ? [slices, networks] : []),
  ]
}

async function askQuality(how: RunHow, now: Quality, seconds: Readonly<Record<Quality, number>>): Promise<RunHow> {
  const items = QUALITIES.map((quality) => ({
    label: quality,
    description: `about ${secondsText(seconds[quality])} a scan · ${QUALITY_DETAILS[quality]}`,
    quality,
  }))
  const picked = await askWithBack({
    title: 'Quality of this run',
    placeholder: 'How much to do for the masks',
    items,
    hasBack: true,
    active: items.find(({ quality }) => quality === now),
  })
  return picked === undefined || picked === 'back' ? how : { ...how, quality: picked[0].quality }
}

async function askSliceStep(how: RunHow, now: number, quality: Quality): Promise<RunHow> {
  const items = SLICE_STEPS.map((step) => ({
    label: sliceStepText(step, quality),
    description: step === 1 ? 'most exact in this quality' : 'those between are filled in',
    step,
  }))
  const picked = await askWithBack({
    title: 'Which slices the segmenter looks at',
    placeholder: 'Fewer slices take less time',
    items,
    hasBack: true,
    active: items.find(({ step }) => step === now),
  })
  return picked === undefined || picked === 'back' ? how : { ...how, sliceStep: picked[0].step }
}

async function askSegmenter(engine: RunServices['engine'], how: RunHow, now: string): Promise<RunHow> {
  const { segmenters } = await engine.ask(infoMethod)
  const items = segmenters.map(({ id, title }) => ({ label: id, description: title }))
  const picked = await askWithBack({
    title: 'Segmenter of this run',
    placeholder: 'Installed segmenters; the Models view has more',
    items,
    hasBack: true,
    active: items.find(({ label }) => label === now),
  })
  return picked === undefined || picked === 'back' ? how : { ...how, segmenter: picked[0].label }
}
