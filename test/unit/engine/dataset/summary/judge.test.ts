import { describe, expect, it } from 'vitest'
import type { PointMm } from '../../../../../src/shared/geometry/points.js'
import type { Sidecar } from '../../../../../src/shared/sidecar.js'
import type { SegmentedStructure } from '../../../../../src/shared/structure.js'
import type { DatasetPlan } from '../../../../../src/shared/datasetRun.js'
import { DEFAULT_RUN_OPTIONS } from '../../../../../src/shared/requests.js'
import type { ScanSummary } from '../../../../../src/engine/dataset/summary/collect.js'
import { summaryCsv, withVerdict } from '../../../../../src/engine/dataset/summary/summaryCsv.js'
import { summaryHtml } from '../../../../../src/engine/dataset/summary/summaryHtml.js'
import { judgeScans, type JudgedScan } from '../../../../../src/engine/dataset/summary/judge.js'
import { robustZ } from '../../../../../src/engine/numeric/robustZ.js'
import { median } from '../../../../../src/engine/numeric/statistics.js'

const HASH = 'a'.repeat(64)
const PLACES: Readonly<Record<string, PointMm>> = {
  Heart: [-30, 20, 0],
  Liver: [60, 10, -90],
  Spleen: [-80, -30, -100],
  Mandible: [0, 60, 200],
}

interface Change {
  readonly shiftMm?: PointMm
  readonly mirror?: readonly [number, number, number]
  readonly structure?: (name: string, usual: SegmentedStructure) => Partial<SegmentedStructure>
  readonly warnings?: readonly string[]
}

/** A scan whose structures lie where they belong, give or take a little that differs from scan to scan. */
function scan(
  number: number,
  { shiftMm = [0, 0, 0], mirror = [1, 1, 1], structure = () => ({}), warnings = [] }: Change = {},
): ScanSummary {
  const wobble = (i: number): number => 4 * Math.sin(7 * number + 3 * i)
  const structures = Object.entries(PLACES).map(([name, place], i): SegmentedStructure => {
    const centre = ([0, 1, 2] as const).map((axis) => mirror[axis] * place[axis] + shiftMm[axis] + wobble(i + axis))
    const usual: SegmentedStructure = {
      name,
      labelValue: i + 1,
      color: '#ff0000',
      status: 'found',
      confidence: 0.8,
      boxVoxel: null,
      extremePointsMm: null,
      meanHu: 40,
      volumeMl: 100 * (1 + 0.1 * Math.sin(number + i)),
      boxMm: {
        min: [centre[0] - 10, centre[1] - 10, centre[2] - 10],
        max: [centre[0] + 10, centre[1] + 10, centre[2] + 10],
      },
    }
    return { ...usual, ...structure(name, usual) }
  })
  const sidecar: Sidecar = {
    format: 'medlsam-result',
    formatVersion: 1,
    tool: { name: 'medlsam', version: '1' },
    task: 'segment',
    output: 'x',
    input: { path: 'x', sha256: HASH, timePoint: null },
    templates: { name: 't', modelHash: HASH, ids: [] },
    options: DEFAULT_RUN_OPTIONS,
    localizer: { id: 'l', sha256: [HASH], provider: 'cpu' },
    segmenter: { id: 's', sha256: [HASH], provider: 'cpu', layout: 'meta' },
    seconds: {},
    warnings,
    encoderRuns: 1,
    decoderRuns: 1,
    structures,
  }
  const name = `p${String(number).padStart(2, '0')}`
  return {
    scan: {
      path: `${name}.nii`,
      scanPath: `/data/${name}.nii`,
      output: `${name}_dseg.nii.gz`,
      labelMapPath: `/data/${name}_dseg.nii.gz`,
    },
    status: 'done',
    sidecar,
    failure: null,
    nothingFound: null,
    review: null,
    seconds: 12.34,
    overview: null,
  }
}

const cohort = (changes: Readonly<Record<number, Change>> = {}): JudgedScan[] =>
  judgeScans(Array.from({ length: 12 }, (_, i) => scan(i, changes[i])))
const flagsOf = (judged: readonly JudgedScan[], number: number): readonly string[] =>
  judged.find((one) => one.scan.path === scan(number).scan.path)?.flags ?? []
const flagsOfStructure = (judged: readonly JudgedScan[], number: number, name: string): readonly string[] =>
  judged
    .find((one) => one.scan.path === scan(number).scan.path)
    ?.structures.find(({ structure }) => structure.name === name)?.flags ?? []

describe('robust z-scores', () => {
  it('measure with the median, which outliers do not move', () => {
    expect(median([5, 1, 3])).toBe(3)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    const scores = robustZ([1, 2, 3, 4, 5, 1000], 0)
    expect(scores[5]).toBeGreaterThan(400)
    expect(Math.max(...scores.slice(0, 5).map(Math.abs))).toBeLessThan(2)
    expect(robustZ([7, 7, 7, 8], 1)).toEqual([0, 0, 0, 1])
  })
})

describe('the likeliest failures', () => {
  it('are none in a cohort of which nothing stands out, wherever the scanner put its origin', () => {
    const judged = cohort({ 3: { shiftMm: [500, -300, 900] } })
    expect(judged.flatMap(({ flags, structures }) => [...flags, ...structures.flatMap((one) => one.flags)])).toEqual([])
  })

  it.each([
    [[-1, 1, 1], 'xReversed', 'left and right mirrored?'],
    [[1, -1, 1], 'yReversed', 'front and back flipped?'],
    [[1, 1, -1], 'zReversed', 'upside down?'],
  ] as const)('are scans that are turned: %j', (mirror, flag, text) => {
    const judged = cohort({ 5: { mirror } })
    expect(flagsOf(judged, 5)).toEqual([flag])
    expect(summaryCsv(judged)).toContain(text)
    expect(judged[0].scan.path).toBe('p05.nii')
    expect(judged.slice(1).flatMap(({ flags }) => flags)).toEqual([])
  })

  it('are scans whose header does not settle left and right', () => {
    const judged = cohort({ 2: { warnings: ['The two positions disagree; check left and right.'] } })
    expect(flagsOf(judged, 2)).toEqual(['sidesUnsettled'])
    expect(summaryCsv(judged)).toContain(',header does not settle left and right,')
  })

  it('are structures of odd size or place, with little confidence, empty, or not found', () => {
    const judged = cohort({
      1: { structure: (name, { volumeMl }) => (name === 'Liver' ? { volumeMl: 12 * (volumeMl ?? 0) } : {}) },
      2: {
        structure: (name, { boxMm }) =>
          name === 'Spleen' && boxMm !== null
            ? { boxMm: { min: boxMm.min, max: [boxMm.max[0] + 200, boxMm.max[1], boxMm.max[2]] } }
            : {},
      },
      3: { structure: (name) => (name === 'Heart' ? { confidence: 0.3 } : {}) },
      4: {
        structure: (name) =>
          name === 'Heart' ? { status: 'not-found', boxMm: null, volumeMl: null, meanHu: null, confidence: 0.1 } : {},
      },
      6: { structure: (name) => (name === 'Heart' ? { volumeMl: 0, meanHu: null } : {}) },
    })
    expect(flagsOfStructure(judged, 1, 'Liver')).toEqual(['unusuallyLarge'])
    expect(flagsOfStructure(judged, 2, 'Spleen')).toEqual(['unusualPlace'])
    expect(flagsOfStructure(judged, 3, 'Heart')).toEqual(['lowConfidence'])
    expect(flagsOfStructure(judged, 4, 'Heart')).toEqual(['notFound'])
    expect(flagsOfStructure(judged, 6, 'Heart')).toEqual(['emptyMask'])
    const csv = summaryCsv(judged)
    for (const text of ['unusually large', 'unusual place', 'low confidence', 'not found', 'empty mask'])
      expect(csv).toContain(`,${text},`)
    expect(
      judged
        .slice(0, 5)
        .map(({ scan: one }) => one.path)
        .sort(),
    ).toEqual(['p01.nii', 'p02.nii', 'p03.nii', 'p04.nii', 'p06.nii'])
  })

  it('are failed scans before all others, and few scans are no cohort', () => {
    const failed: ScanSummary = {
      ...scan(9),
      status: 'failed',
      sidecar: null,
      failure: { path: 'p09.nii', stage: 'read', error: { kind: 'input', message: 'It is cut off.' } },
    }
    expect(
      judgeScans([scan(1), scan(2, { mirror: [-1, 1, 1] }), failed]).map(({ scan: one, flags }) => [one.path, flags]),
    ).toEqual([
      ['p09.nii', []],
      ['p01.nii', []],
      ['p02.nii', []],
    ])
  })
})

const planOf = (outFolder: string): DatasetPlan => ({
  request: { folder: '/data', settings: { templates: 't' } },
  outFolder,
  layouts: [],
  scans: [],
  skipped: [],
  warnings: [],
  fingerprint: { tool: '1', models: [], templates: HASH, options: {} },
})

describe('what correcting a scan promises', () => {
  const gainOfScan = (change: Change, more: Partial<ScanSummary> = {}): number =>
    judgeScans([{ ...scan(1, change), ...more }])[0].gain.value
  const plain = gainOfScan({})

  it('is more for low confidence, and for structures that the templates do not show like that', () => {
    expect(gainOfScan({ structure: () => ({ confidence: 0.4 }) })).toBeGreaterThan(plain)
    expect(gainOfScan({ structure: () => ({ likeness: 0.58 }) })).toBeGreaterThan(plain)
    expect(gainOfScan({ structure: () => ({ likeness: 0.9 }) })).toBe(plain)
    const odd = cohort({
      1: { structure: (name, { volumeMl }) => (name === 'Liver' ? { volumeMl: 12 * (volumeMl ?? 0) } : {}) },
    })
    const [most] = odd.toSorted((a, b) => b.gain.value - a.gain.value)
    expect([most.scan.path, most.gain.reasons]).toEqual(['p01.nii', ['odd volume or place: Liver']])
  })

  it('is nothing of what is accepted, corrected, failed or not done', () => {
    expect(gainOfScan({}, { review: 'accepted' })).toBe(0)
    expect(gainOfScan({}, { review: 'rejected' })).toBe(plain)
    expect(gainOfScan({}, { status: 'waiting', sidecar: null })).toBe(0)
    const { sidecar } = scan(1)
    const corrected = sidecar?.structures.map((one) => ({
      ...one,
      origin: { kind: 'corrected', voxelsByTool: {} } as const,
    }))
    expect(gainOfScan({}, { sidecar: sidecar && { ...sidecar, structures: corrected ?? [] } })).toBe(0)
  })
})

describe('the summary', () => {
  const odd: ScanSummary = {
    ...scan(7),
    scan: { ...scan(7).scan, path: 'a "b", <c>.nii', scanPath: '/data/a "b", <c>.nii' },
    status: 'failed',
    sidecar: null,
    seconds: null,
    failure: { path: 'x', stage: 'read', error: { kind: 'input', message: 'No "scan", <sorry>.' } },
  }

  it('has a row per scan and structure, in the order of the paths', () => {
    const lines = summaryCsv(judgeScans([odd, scan(2), scan(1)]))
      .trimEnd()
      .split('\n')
    expect(lines[0]).toBe(
      'scan,structure,label,status,confidence,volume_ml,mean_hu,box_min_x_mm,box_min_y_mm,box_min_z_mm,box_max_x_mm,box_max_y_mm,box_max_z_mm,volume_z,position_z,flags,reason,seconds,label_map,gain,review',
    )
    expect(lines).toHaveLength(1 + 1 + 4 + 4)
    expect(lines[1]).toBe('"a ""b"", <c>.nii",,,failed,,,,,,,,,,,,,"read: No ""scan"", <sorry>.",,,0,')
    expect(lines[2]).toMatch(/^p01\.nii,Heart,1,found,0\.8,108\.415,40,/)
  })

  it('takes another verdict on a scan into its rows alone', () => {
    const csv = summaryCsv(judgeScans([odd, { ...scan(2), review: 'rejected' }, scan(1)]))
    expect(csv.split('\n')[8]).toMatch(/^p02\.nii,.*,rejected$/)
    const after = withVerdict(csv, 'p02.nii', 'accepted')
    expect(after).toBe(csv.replaceAll(',rejected\n', ',accepted\n'))
    expect(withVerdict(after, 'p02.nii', null)).toBe(csv.replaceAll(',rejected\n', ',\n'))
    expect(withVerdict(csv, 'a "b", <c>.nii', 'rejected').split('\n')[1]).toMatch(/,rejected$/)
  })

  it('answers which scan to correct next, with the reason', () => {
    const judged = judgeScans([
      scan(1),
      { ...scan(2, { structure: (name) => (name === 'Heart' ? { confidence: 0.3, likeness: 0.56 } : {}) }) },
    ])
    const html = summaryHtml(judged, planOf('/data/out'))
    expect(html).toMatch(
      /Correct next: <a [^>]*>p02\.nii<\/a> \(low confidence: Heart 0\.30; unlike the templates: Heart\)/,
    )
  })

  it('shows names and reasons as text, and needs no other file', () => {
    const html = summaryHtml(judgeScans([odd, scan(2)]), planOf('/data/out'))
    expect(html).toContain('read: No &quot;scan&quot;, &lt;sorry&gt;.')
    expect(html).not.toContain('<c>')
    expect(html).toContain('href="../a%20%22b%22%2C%20%3Cc%3E.nii"')
    expect(html).not.toMatch(/src="(?!data:)|<link|https?:/)
    expect(html).not.toContain('/data/')
  })
})
