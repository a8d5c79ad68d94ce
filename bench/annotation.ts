/**
 * What corrections bring: a simulated annotator on scans with label maps, and the scans after them with the corrected ones as
 * templates.
 *
 *   npx tsx bench/annotation.ts [--scans N] [--next N] [--actions N] [--data FOLDER] [--quality balanced|best|draft]
 *
 * Per scan: automatic; every face of a box set right that is off by more than 5 mm; at most three points an organ, each in
 * the middle of the largest error on the worst slice; and, on its own, what N actions (7) reach. Every face and every
 * point is an action, a new box two; what makes an organ worse is taken back, which is one more. Seconds are those of the
 * program, not of a hand. Label maps reach what segments by these actions alone. Then the next scans, with the built-in templates and with the corrected scans added.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openEngine, type Engine } from '../src/engine/engine.js'
import type { TemplateBank } from '../src/engine/medlam/templateBank.js'
import { mean } from '../src/engine/numeric/statistics.js'
import { readLabelMap } from '../src/engine/scanFiles/readLabelMap.js'
import { readScan } from '../src/engine/scanFiles/readScan.js'
import { writeLabelMap } from '../src/engine/scanFiles/writeLabelMap.js'
import { templateFromLabelMap } from '../src/engine/templates/fromLabelMap.js'
import type { LabelVolume, Scan } from '../src/shared/geometry/volume.js'
import { DEFAULT_RUN_OPTIONS } from '../src/shared/requests.js'
import { QUALITIES, type Quality, type RunOptions } from '../src/shared/sidecar.js'
import { emptyTemplateSet } from '../src/shared/templateSet.js'
import { addTemplate } from '../src/shared/templateSetEdit.js'
import { boxActions, diceByLabel, nextClick, type BoxAction } from './annotator.js'
import { AnnotatedScan } from './annotatedScan.js'

const POINTS_PER_ORGAN = 3

/** Where a scan stands. */
interface Step {
  readonly name: string
  readonly actions: number
  readonly seconds: number
  readonly dice: number
}

interface Bench {
  readonly engine: Engine
  readonly bank: TemplateBank
  readonly options: RunOptions
  readonly budget: number
}

function meanDice(labels: LabelVolume, truth: LabelVolume): number {
  return mean([...diceByLabel(labels, truth).values()])
}

/** Does something for an organ, and takes it back where the organ is worse then. @returns actions; taking back is one too */
async function attempt(
  scan: AnnotatedScan,
  truth: LabelVolume,
  { labelValue, actions }: { readonly labelValue: number; readonly actions: number },
  work: () => Promise<void>,
): Promise<{ readonly actions: number; readonly isBetter: boolean }> {
  const dice = (): number => diceByLabel(scan.labels(), truth).get(labelValue) ?? 0
  const before = dice()
  const takeBack = scan.mark()
  await work()
  if (dice() >= before) return { actions, isBetter: true }
  takeBack()
  return { actions: actions + 1, isBetter: false }
}

/** Sets the faces of an organ's box right that are off, at most so many. @returns actions */
async function moveFaces(
  scan: AnnotatedScan,
  truth: LabelVolume,
  labelValue: number,
  most = Infinity,
): Promise<number> {
  const faces: BoxAction[] = []
  let actions = 0
  for (const face of boxActions(truth, scan.boxes()))
    if (face.labelValue === labelValue && actions + face.actions <= most) {
      faces.push(face)
      actions += face.actions
    }
  if (faces.length === 0) return 0
  return (await attempt(scan, truth, { labelValue, actions }, () => scan.moveBoxes(faces))).actions
}

/** Clicks at most so often where an organ is wrong. @returns actions */
async function clickOrgan(scan: AnnotatedScan, truth: LabelVolume, labelValue: number, most: number): Promise<number> {
  let total = 0
  for (let n = 0; n < POINTS_PER_ORGAN && total < most; n++) {
    const click = nextClick(scan.labels(), truth, labelValue)
    if (click === null) break
    const { actions, isBetter } = await attempt(scan, truth, { labelValue, actions: 1 }, () => scan.click(click))
    total += actions
    if (!isBetter) break
  }
  return total
}

/** All that is worth it: faces first, then points, organ by organ. */
async function annotateFully(scan: AnnotatedScan, truth: LabelVolume): Promise<Step[]> {
  const steps: Step[] = []
  const note = (name: string, actions: number): void => {
    steps.push({ name, actions, seconds: scan.seconds, dice: meanDice(scan.labels(), truth) })
  }
  note('automatic', 0)
  const organs = [...diceByLabel(scan.labels(), truth).keys()]
  let actions = 0
  for (const labelValue of organs) actions += await moveFaces(scan, truth, labelValue)
  note('boxes', actions)
  for (const labelValue of organs) actions += await clickOrgan(scan, truth, labelValue, POINTS_PER_ORGAN)
  note('points', actions)
  return steps
}

/** A few actions: the organ that is worst first, faces before points. */
async function annotateWithin(scan: AnnotatedScan, truth: LabelVolume, budget: number): Promise<Step> {
  const worstFirst = [...diceByLabel(scan.labels(), truth)].sort(([, a], [, b]) => a - b)
  let actions = 0
  // Taking back must fit too.
  for (const [labelValue] of worstFirst) {
    actions += await moveFaces(scan, truth, labelValue, budget - actions - 1)
    if (actions < budget - 1) actions += await clickOrgan(scan, truth, labelValue, 1)
  }
  return { name: `at most ${budget}`, actions, seconds: scan.seconds, dice: meanDice(scan.labels(), truth) }
}

function print(file: string, { name, actions, seconds, dice }: Step): void {
  console.log(`| ${file} | ${name} | ${actions} | ${seconds.toFixed(1)} | ${dice.toFixed(3)} |`)
}

async function openScan({ engine, bank, options }: Bench, file: string): Promise<AnnotatedScan> {
  const segmenter = await engine.segmenter()
  const scan: Scan = await readScan(file, { forceHu: true })
  return AnnotatedScan.open({ model: await engine.medlam(), segmenter, bank, options }, scan)
}

/** The bank with corrected scans as templates. */
async function withTemplates(
  { engine, bank }: Bench,
  folder: string,
  corrected: readonly { readonly file: string; readonly scan: AnnotatedScan }[],
): Promise<TemplateBank> {
  const setFile = path.join(folder, 'corrected.medlsam.json')
  let set = emptyTemplateSet('corrected')
  for (const { file, scan } of corrected) {
    const labelFile = path.join(folder, path.basename(file).replace('_ct.', '_dseg.'))
    await writeLabelMap(labelFile, scan.labels(), scan.geometry, [])
    set = addTemplate(set, await templateFromLabelMap(setFile, file, labelFile, bank.structures, { maxParts: 6 }))
  }
  const { bank: fresh } = await engine.buildBank(set, setFile)
  return { ...bank, templates: [...bank.templates, ...fresh.templates] }
}

function isQuality(text: string): text is Quality {
  return QUALITIES.some((quality) => quality === text)
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: path.resolve(import.meta.dirname, '../../shared/data/hn7/dev') },
      scans: { type: 'string', default: '2' },
      next: { type: 'string', default: '1' },
      skip: { type: 'string', default: '0' },
      actions: { type: 'string', default: '7' },
      quality: { type: 'string', default: DEFAULT_RUN_OPTIONS.quality },
    },
  })
  if (!isQuality(values.quality)) throw new Error(`There is no quality "${values.quality}".`)
  const files = (await readdir(values.data))
    .filter((name) => name.endsWith('_ct.nii.gz'))
    .slice(Number(values.skip))
    .map((name) => path.join(values.data, name))
  const truthOf = (file: string): Promise<LabelVolume> => readLabelMap(file.replace('_ct.', '_seg.'))
  const engine = openEngine({ embeddingsMaxBytes: 400e6 })
  const folder = await mkdtemp(path.join(os.tmpdir(), 'medlsam-annotation-'))
  try {
    const { bank } = await engine.templates('head-neck')
    const bench: Bench = {
      ...{ engine, bank, budget: Number(values.actions) },
      options: { ...DEFAULT_RUN_OPTIONS, quality: values.quality },
    }
    console.log('| scan | step | actions | s | Dice |\n| --- | --- | ---: | ---: | ---: |')
    const all = new Map<string, Step[]>()
    const corrected = []
    const take = (file: string, step: Step): void => {
      print(path.basename(file), step)
      all.set(step.name, [...(all.get(step.name) ?? []), step])
    }
    for (const file of files.slice(0, Number(values.scans))) {
      const truth = await truthOf(file)
      const scan = await openScan(bench, file)
      const few = scan.copy()
      for (const step of await annotateFully(scan, truth)) take(file, step)
      take(file, await annotateWithin(few, truth, bench.budget))
      corrected.push({ file, scan })
    }
    const next = files.slice(Number(values.scans), Number(values.scans) + Number(values.next))
    if (next.length > 0) {
      const larger = { ...bench, bank: await withTemplates(bench, folder, corrected) }
      for (const file of next) {
        const truth = await truthOf(file)
        for (const [name, by] of [
          ['next scans', bench],
          [`next scans, ${corrected.length} templates more`, larger],
        ] as const) {
          const scan = await openScan(by, file)
          take(file, { name, actions: 0, seconds: scan.seconds, dice: meanDice(scan.labels(), truth) })
        }
      }
    }
    for (const [name, steps] of all)
      print(`mean of ${steps.length}`, {
        name,
        actions: mean(steps.map((step) => step.actions)),
        seconds: mean(steps.map((step) => step.seconds)),
        dice: mean(steps.map((step) => step.dice)),
      })
  } finally {
    await rm(folder, { recursive: true, force: true })
    await engine.close()
  }
}

await main()
