import type { StructureScore } from '../../evaluation/scoreStructure.js'
import { readLabelMap } from '../../../engine/scanFiles/readLabelMap.js'
import { readScan } from '../../../engine/scanFiles/readScan.js'
import type { Benchmark, BenchmarkCase } from '../benchmarkTypes.js'
import type { CaseResult } from '../caseTypes.js'
import { readTruth } from '../truth/readTruth.js'
import { AUTOMATIC } from '../variants.js'
import { caseImage } from './caseImage.js'

/** A case of a structure that is worth a look. */
export interface ShownCase {
  readonly structure: string
  readonly kind: 'worst' | 'best'
  readonly id: string
  /** Null where only boxes were wanted: then the box's overlap ranks the cases. */
  readonly dice: number | null
  readonly boxIou: number | null
  readonly wallDistanceMm: number | null
  readonly reason: string | null
  readonly png: Uint8Array
}

interface Candidate {
  readonly one: BenchmarkCase
  readonly result: CaseResult
  readonly score: StructureScore
  readonly rank: number
}

/**
 * The worst and the best case of every structure, with slice images: masks of the first segmenter inside the boxes
 * that localization found, or these boxes alone.
 */
export async function bestAndWorst({ cases, structures, segmenters }: Benchmark): Promise<ShownCase[]> {
  const wanted = structures.flatMap(({ name, labelValue }) => {
    const ranked = cases
      .flatMap((one): Candidate[] => {
        const result = one.results.find(
          ({ variant, segmenter }) => variant === AUTOMATIC.id && segmenter === (segmenters[0] ?? null),
        )
        const score = result?.deploy.find(({ structure }) => structure === name)
        // What failed has no image; the list of failures names it.
        if (result?.structures.some(({ status }) => status === 'failed') === true) return []
        const rank = score?.dice ?? score?.boxIou ?? null
        return result === undefined || score === undefined || rank === null ? [] : [{ one, result, score, rank }]
      })
      .sort((a, b) => a.rank - b.rank)
    const [worst, best] = [ranked.at(0), ranked.at(-1)]
    return [
      ...(worst === undefined ? [] : [{ name, labelValue, kind: 'worst' as const, ...worst }]),
      ...(best === undefined || best === worst ? [] : [{ name, labelValue, kind: 'best' as const, ...best }]),
    ]
  })
  const shown: ShownCase[] = []
  // Case by case, so that every scan is read once and only one is in memory.
  for (const one of cases) {
    const mine = wanted.filter((candidate) => candidate.one === one)
    if (mine.length === 0) continue
    const scan = await readScan(one.scan, { forceHu: true })
    const truth = await readTruth(one, scan)
    for (const { name, labelValue, kind, result, score } of mine) {
      const own = result.structures.find((structure) => structure.name === name)
      const prediction = result.labelMap === null ? null : await readLabelMap(result.labelMap)
      shown.push({
        structure: name,
        kind,
        id: one.id,
        dice: score.dice,
        boxIou: score.boxIou,
        wallDistanceMm: score.wallDistanceMm,
        reason: score.reason ?? null,
        png: caseImage({
          scan,
          truth,
          truthValue: labelValue,
          prediction,
          predictedValue: own?.labelValue ?? -1,
          boxMm: own?.boxMm ?? null,
          partsMm: own?.partsMm ?? [],
        }),
      })
    }
  }
  return structures.flatMap(({ name }) =>
    ['worst', 'best'].flatMap((kind) =>
      shown.filter((candidate) => candidate.structure === name && candidate.kind === kind),
    ),
  )
}
