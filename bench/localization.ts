/**
 * How well the engine localizes: the built-in way and the published procedure side by side, on scans with label maps.
 *
 *   npx tsx bench/localization.ts --data FOLDER --templates SET [--procedures robust,paper] [--limit N] [--json FILE]
 *
 * FOLDER holds X_ct.nii.gz and X_seg.nii.gz. Label maps are only read to score; organs cut by the field of view
 * (cut_organs of a catalog.csv two folders up) are left out of the scores.
 */
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { EXTREME_SIDES } from '../src/shared/geometry/points.js'
import { openEngine } from '../src/engine/engine.js'
import { boxIou } from '../src/engine/medlam/boxes.js'
import { wallErrorsMm } from '../src/shared/geometry/wallErrors.js'
import { mean, spearman, standardDeviation as std } from '../src/engine/numeric/statistics.js'
import { boxOfPoints } from '../src/shared/geometry/points.js'
import { dropStrayPieces } from '../src/engine/labels/components.js'
import { extremePointsOfLabels, labelExtents } from '../src/engine/labels/extremePoints.js'
import { readLabelMap } from '../src/engine/scanFiles/readLabelMap.js'

interface Score {
  readonly scan: string
  readonly structure: string
  readonly iou: number
  /** Absolute error of each wall in mm; empty when the structure was reported as not found. */
  readonly wallsMm: readonly number[]
  readonly confidence: number
}

async function cutOrgans(folder: string): Promise<Map<string, Set<string>>> {
  const catalog = path.resolve(folder, '../../catalog.csv')
  if (!existsSync(catalog)) return new Map()
  const rows = (await readFile(catalog, 'utf8')).split('\n').slice(1)
  return new Map(
    rows
      .map((row) => row.split(','))
      .filter((row) => row.length > 6)
      .map((row) => [path.basename(row[0]), new Set(row[6].split(' '))]),
  )
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      templates: { type: 'string', default: 'head-neck' },
      procedures: { type: 'string', default: 'robust,paper' },
      limit: { type: 'string' },
      json: { type: 'string' },
    },
  })
  const folder = values.data ?? path.resolve(import.meta.dirname, '../../shared/data/hn7/dev')
  const scans = (await readdir(folder))
    .filter((file) => file.endsWith('_ct.nii.gz'))
    .slice(0, values.limit === undefined ? undefined : Number(values.limit))
  const cut = await cutOrgans(folder)
  const engine = openEngine()
  const { bank } = await engine.templates(values.templates)
  const all: Record<string, Score[]> = {}
  for (const procedure of ['robust', 'paper'] as const) {
    if (!values.procedures.split(',').includes(procedure)) continue
    const scores: Score[] = []
    let seconds = 0
    for (const file of scans) {
      const scanPath = path.join(folder, file)
      const labelMap = await readLabelMap(scanPath.replace('_ct.', '_seg.'))
      // Slips of the pen far from an organ would be scored as its walls.
      const truth = extremePointsOfLabels(dropStrayPieces(labelMap, labelExtents(labelMap)))
      const report = await engine.localize({
        scanPath,
        templates: values.templates,
        options: { procedure, parts: false, minConfidence: 0 },
      })
      seconds += report.seconds['localize']
      for (const { labelValue, points } of truth) {
        const name = bank.structures.find((structure) => structure.labelValue === labelValue)?.name
        const found = report.structures.find((structure) => structure.name === name)
        if (found === undefined || cut.get(file)?.has(found.name) === true) continue
        const box = boxOfPoints(points)
        const { boxMm } = found
        const errors = boxMm === null ? null : wallErrorsMm(boxMm, box)
        const wallsMm = errors === null ? [] : EXTREME_SIDES.map((side) => Math.abs(errors[side]))
        scores.push({
          scan: file,
          structure: found.name,
          iou: boxMm === null ? 0 : boxIou(boxMm, box),
          wallsMm,
          confidence: found.confidence,
        })
      }
    }
    all[procedure] = scores
    report(procedure, scores, seconds / scans.length)
  }
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify(all))
  await engine.close()
}

function report(procedure: string, scores: readonly Score[], secondsPerScan: number): void {
  const walls = scores.flatMap((score) => score.wallsMm)
  const found = scores.filter((score) => score.wallsMm.length > 0)
  console.log(
    `\n${procedure}: ${scores.length} organs, ${scores.length - found.length} not found, ${secondsPerScan.toFixed(2)} s per scan to localize`,
  )
  console.log('| structure | n | box IoU | wall error mm |\n| --- | ---: | ---: | ---: |')
  for (const name of [...new Set(scores.map((score) => score.structure))]) {
    const mine = scores.filter((score) => score.structure === name)
    const errors = mine.flatMap((score) => (score.wallsMm.length > 0 ? [mean(score.wallsMm)] : []))
    const ious = mine.map((score) => score.iou)
    console.log(
      `| ${name} | ${mine.length} | ${mean(ious).toFixed(3)} ± ${std(ious).toFixed(3)} | ${mean(errors).toFixed(1)} ± ${std(errors).toFixed(1)} |`,
    )
  }
  const within = (limit: number): string =>
    ((100 * walls.filter((wall) => wall <= limit).length) / walls.length).toFixed(1)
  const rank = spearman(
    found.map((score) => score.confidence),
    found.map((score) => -mean(score.wallsMm)),
  )
  console.log(
    `| all | ${scores.length} | ${mean(scores.map((score) => score.iou)).toFixed(3)} | ${mean(walls).toFixed(2)} |`,
  )
  console.log(
    `walls within 10 mm ${within(10)} %, within 30 mm ${within(30)} %; Spearman of confidence with accuracy ${rank.toFixed(2)}`,
  )
}

await main()
