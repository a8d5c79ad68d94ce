/**
 * How well organs are found by aligning templates, without a network.
 *
 *   npx tsx bench/alignment.ts [--region head-neck|trunk] [--templates N] [--queries trunk|head-neck|FOLDER] [--every N] [--limit N] [--flip AXES] [--threads N] [--descriptors MM,MM] [--data FOLDER] [--json FILE]
 *
 * Head and neck: templates of hn7/templates (for more than five: of hn7/train, the first with all organs), scored on
 * hn7/dev. Trunk: the labelled scans of the splits `template` and `train`, each scan by the others (a scan is
 * never its own template), scored on these and on `dev` and `native`. Label maps of scans that are scored are only read
 * to score. Boxes are scored of whole organs only. Other queries than the region's own show false claims.
 */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { alignScan, type ScanAlignment } from '../src/engine/alignment/alignScan.js'
import { DESCRIPTOR_MM, type AlignmentTemplate } from '../src/engine/alignment/alignmentTemplate.js'
import type { GridVolume } from '../src/engine/alignment/grid.js'
import { inWorkers } from '../src/engine/alignment/inWorkers.js'
import { inThisThread } from '../src/engine/alignment/runTemplates.js'
import { boxIou } from '../src/engine/medlam/boxes.js'
import { mean } from '../src/engine/numeric/statistics.js'
import {
  listCases,
  openBenchData,
  readCase,
  readTemplate,
  type BenchCase,
  type BenchData,
  type CaseId,
} from './alignmentCases.js'
import { diceOfMask } from './alignmentDice.js'

/** Labelled trunk scans that may be templates, those for lungs and for the abdomen in turn. */
const TRUNK_TEMPLATES: readonly CaseId[] = [
  'th_lidc_b',
  'wb_acrin_b',
  'th_cptac_pda',
  'ab_cptac_pda',
  'ap_tcga_ov',
  'th_lidc_a',
  'th_lungdx_b',
  'th_ts_aorta',
].map((name) => `trunk/${name}`)
const TRUNK_QUERIES: readonly CaseId[] = [
  ...['ab_crlm_1', 'th_cptac_lscc', 'th_acrin_2', 'th_slicer_chest'].map((name) => `trunk/${name}`),
  'native/totalseg_example',
  'native/weasis_breast',
  ...['ab_cptac_pda', 'th_lidc_a', 'th_lungdx_b', 'ap_tcga_ov', 'th_cptac_pda'].map((name) => `trunk/${name}`),
]

interface AlignmentScore {
  readonly scan: CaseId
  readonly structure: string
  readonly drawn: boolean
  readonly cut: boolean
  readonly found: boolean
  readonly dice: number
  readonly iou: number
  readonly confidence: number
  readonly agreement: number
  readonly likeness: number
  readonly inside: number
  readonly votes: number
}

function scoresOf(truth: BenchCase, { structures }: ScanAlignment): AlignmentScore[] {
  return structures.map(({ name, status, mask, level, boxMm, confidence, agreement, likeness, inside, votes }) => {
    const drawn = truth.drawn.get(name)
    const found = status === 'found'
    const dice =
      drawn === undefined || truth.labels === null || mask === null || !found
        ? 0
        : diceOfMask({ mask, level, grid: truth.scan }, truth.labels, drawn)
    const iou = drawn === undefined || boxMm === null || !found ? 0 : boxIou(boxMm, drawn.boxMm)
    return {
      scan: truth.id,
      structure: name,
      drawn: drawn !== undefined,
      cut: drawn?.cut ?? false,
      found,
      dice,
      iou,
      confidence,
      agreement,
      likeness,
      inside,
      votes,
    }
  })
}

/** A scan as if its axes ran the other way. */
function flipped(scan: GridVolume, axes: string): GridVolume {
  const [nx, ny, nz] = scan.size
  const data = new Int16Array(scan.data.length)
  const pick = (i: number, n: number, axis: string): number => (axes.includes(axis) ? n - 1 - i : i)
  for (let z = 0, at = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++)
        data[at++] = scan.data[pick(x, nx, 'x') + nx * (pick(y, ny, 'y') + ny * pick(z, nz, 'z'))]
    }
  }
  return { ...scan, data }
}

async function headNeckTemplates(
  data: BenchData,
  count: number,
  descriptorMm: readonly number[],
): Promise<AlignmentTemplate[]> {
  const templates: AlignmentTemplate[] = []
  for (const id of [
    ...(await listCases(data, 'hn7/templates')),
    ...(count > 5 ? await listCases(data, 'hn7/train') : []),
  ]) {
    if (templates.length === count) break
    const template = await readTemplate(data, id, descriptorMm)
    if (template.masks.length === data.headNeck.size) templates.push(template)
  }
  return templates
}

function report(scores: readonly AlignmentScore[]): void {
  const drawn = scores.filter((score) => score.drawn)
  console.log('| structure | n | found | DSC | whole | box IoU |\n| --- | ---: | ---: | ---: | ---: | ---: |')
  const line = (name: string, mine: readonly AlignmentScore[]): void => {
    const whole = mine.filter(({ cut }) => !cut)
    const iou = whole.length === 0 ? '-' : mean(whole.map((score) => score.iou)).toFixed(3)
    console.log(
      `| ${name} | ${mine.length} | ${mine.filter(({ found }) => found).length} | ${mean(mine.map(({ dice }) => dice)).toFixed(3)} | ${whole.length} | ${iou} |`,
    )
  }
  const names = [...new Set(drawn.map(({ structure }) => structure))]
  for (const name of names)
    line(
      name,
      drawn.filter(({ structure }) => structure === name),
    )
  const perName = (of: (mine: readonly AlignmentScore[]) => number[]): number =>
    mean(
      names.flatMap((name) => {
        const values = of(drawn.filter(({ structure }) => structure === name))
        return values.length === 0 ? [] : [mean(values)]
      }),
    )
  const dice = perName((mine) => mine.map((score) => score.dice))
  const iou = perName((mine) => mine.filter(({ cut }) => !cut).map((score) => score.iou))
  console.log(`| mean of structures | | | ${dice.toFixed(3)} | | ${iou.toFixed(3)} |`)
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: path.resolve(import.meta.dirname, '../../shared/data') },
      region: { type: 'string', default: 'head-neck' },
      queries: { type: 'string' },
      templates: { type: 'string', default: '5' },
      limit: { type: 'string' },
      every: { type: 'string', default: '1' },
      threads: { type: 'string', default: '2' },
      flip: { type: 'string', default: '' },
      descriptors: { type: 'string', default: DESCRIPTOR_MM.join() },
      json: { type: 'string' },
    },
  })
  const data = await openBenchData(values.data)
  const isTrunk = values.region === 'trunk'
  const regionOf = values.queries ?? values.region
  const queries =
    regionOf === 'trunk' ? TRUNK_QUERIES : await listCases(data, regionOf === 'head-neck' ? 'hn7/dev' : regionOf)
  const count = Number(values.templates)
  const descriptorMm = values.descriptors.split(',').map(Number)
  const templates: AlignmentTemplate[] = []
  if (isTrunk)
    for (const id of TRUNK_TEMPLATES.slice(0, count)) templates.push(await readTemplate(data, id, descriptorMm))
  else templates.push(...(await headNeckTemplates(data, count, descriptorMm)))
  const threads = Number(values.threads)
  const script = new URL('alignmentWorker.mjs', import.meta.url)
  const runner = threads === 0 ? inThisThread : inWorkers({ script, threads })
  const scores: AlignmentScore[] = []
  const seconds: number[] = []
  const cpuSeconds: number[] = []
  const chosen = queries.filter((_, i) => i % Number(values.every) === 0)
  for (const id of chosen.slice(0, values.limit === undefined ? undefined : Number(values.limit))) {
    const truth = await readCase(data, id)
    const scan = values.flip === '' ? truth.scan : flipped(truth.scan, values.flip)
    const cpuBefore = process.cpuUsage()
    const started = performance.now()
    const found = await alignScan(
      scan,
      templates.filter((template) => template.id !== id),
      { runner },
    )
    seconds.push((performance.now() - started) / 1000 + truth.prepareSeconds)
    const cpu = process.cpuUsage(cpuBefore)
    cpuSeconds.push((cpu.user + cpu.system) / 1e6 + truth.prepareSeconds)
    const mine = scoresOf(truth, found)
    scores.push(...mine)
    const words = mine
      .filter((score) => score.drawn || score.found)
      .map(
        (score) =>
          `${score.structure}${score.drawn ? '' : '(not drawn)'} ${score.found ? `${score.dice.toFixed(2)}/${score.iou.toFixed(2)}${score.cut ? ' cut' : ''}` : 'not found'}`,
      )
    console.log(
      `${id} [${found.templates.map(({ edges }) => edges.toFixed(2)).join(' ')}] turned ${[...found.turnLeads.values()].map((lead) => lead.toFixed(3)).join(' ')} ${words.join(', ')}`,
    )
  }
  report(scores)
  console.log(
    `${mean(seconds).toFixed(1)} s per scan (longest ${Math.max(...seconds).toFixed(1)} s), ${mean(cpuSeconds).toFixed(1)} s of processor time, ${templates.length} templates, ${threads} threads; resident ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`,
  )
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify(scores))
}

await main()
