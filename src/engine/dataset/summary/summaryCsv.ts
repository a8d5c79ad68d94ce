import { stringify } from 'csv-stringify/sync'
import { csvText } from '../../../shared/csvText.js'
import type { Verdict } from '../../../shared/reviews.js'
import { FLAG_TEXTS } from './flags.js'
import type { JudgedScan, JudgedStructure } from './judge.js'

const COLUMNS = [
  'scan',
  'structure',
  'label',
  'status',
  'confidence',
  'volume_ml',
  'mean_hu',
  'box_min_x_mm',
  'box_min_y_mm',
  'box_min_z_mm',
  'box_max_x_mm',
  'box_max_y_mm',
  'box_max_z_mm',
  'volume_z',
  'position_z',
  'flags',
  'reason',
  'seconds',
  'label_map',
  'gain',
  'review',
] as const

type SummaryRow = Record<(typeof COLUMNS)[number], string | number | null>

/**
 * The summary as CSV (RFC 4180): a row per scan and structure, in the order of the scans' paths; a row without
 * structure for a scan that has none. Boxes are in RAS mm. All columns but `seconds` are the same for the same
 * scans, templates, models and options.
 */
export function summaryCsv(scans: readonly JudgedScan[]): string {
  const sorted = [...scans].sort((a, b) => (a.scan.path < b.scan.path ? -1 : 1))
  const rows = sorted.flatMap((scan) =>
    scan.structures.length === 0 ? [emptyRow(scan)] : scan.structures.map((structure) => structureRow(scan, structure)),
  )
  return stringify(rows, {
    header: true,
    columns: [...COLUMNS],
    record_delimiter: 'unix',
    cast: { string: (value) => csvText(value) },
  })
}

/** The table with another verdict on a scan; `review` is its last column. */
export function withVerdict(csv: string, scan: string, verdict: Verdict | null): string {
  const [cell] = stringify([[scan]], { record_delimiter: 'unix', cast: { string: (value) => csvText(value) } }).split(
    '\n',
  )
  return csv
    .split('\n')
    .map((line) => (line.startsWith(`${cell},`) ? line.replace(/,[a-z]*$/, `,${verdict ?? ''}`) : line))
    .join('\n')
}

function emptyRow(judged: JudgedScan): SummaryRow {
  const { scan, status, flags, seconds, gain, review } = judged
  return {
    scan: scan.path,
    structure: null,
    label: null,
    status,
    confidence: null,
    volume_ml: null,
    mean_hu: null,
    box_min_x_mm: null,
    box_min_y_mm: null,
    box_min_z_mm: null,
    box_max_x_mm: null,
    box_max_y_mm: null,
    box_max_z_mm: null,
    volume_z: null,
    position_z: null,
    flags: flagTexts(flags),
    reason: reasonOf(judged),
    seconds: rounded(seconds, 1),
    label_map: status === 'kept' ? scan.output : null,
    gain: rounded(gain.value, 3),
    review,
  }
}

function structureRow(
  { scan, flags, seconds, gain, review }: JudgedScan,
  { structure, volumeZ, positionZ, flags: own }: JudgedStructure,
): SummaryRow {
  const { name, labelValue, status, confidence, volumeMl, meanHu, boxMm, reason } = structure
  return {
    scan: scan.path,
    structure: name,
    label: labelValue,
    status,
    confidence: rounded(confidence, 3),
    volume_ml: rounded(volumeMl, 3),
    mean_hu: rounded(meanHu, 1),
    box_min_x_mm: rounded(boxMm?.min[0], 2),
    box_min_y_mm: rounded(boxMm?.min[1], 2),
    box_min_z_mm: rounded(boxMm?.min[2], 2),
    box_max_x_mm: rounded(boxMm?.max[0], 2),
    box_max_y_mm: rounded(boxMm?.max[1], 2),
    box_max_z_mm: rounded(boxMm?.max[2], 2),
    volume_z: rounded(volumeZ, 2),
    position_z: rounded(positionZ, 2),
    flags: flagTexts([...flags, ...own]),
    reason: reason ?? null,
    seconds: rounded(seconds, 1),
    label_map: scan.output,
    gain: rounded(gain.value, 3),
    review,
  }
}

function flagTexts(flags: readonly (keyof typeof FLAG_TEXTS)[]): string {
  return flags.map((flag) => FLAG_TEXTS[flag]).join('; ')
}

/** Why there is no result of a scan: where and why it failed, or why nothing was found; null where there is one. */
export function reasonOf({ failure, nothingFound }: JudgedScan): string | null {
  if (failure === null) return nothingFound
  const { stage, error } = failure
  return stage === null ? error.message : `${stage}: ${error.message}`
}

function rounded(value: number | null | undefined, digits: number): number | null {
  return value === null || value === undefined ? null : Number(value.toFixed(digits))
}
