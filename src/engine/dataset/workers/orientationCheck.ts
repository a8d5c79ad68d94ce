import { defined } from '../../../shared/defined.js'
import type { LocalizedStructure } from '../../../shared/structure.js'
import type { DatasetRequest } from '../../../shared/datasetRun.js'
import { DEFAULT_RUN_OPTIONS } from '../../../shared/requests.js'
import type { TemplateBank } from '../../medlam/templateBank.js'
import type { MedlamModel } from '../../medlam/model.js'
import { localizeScan } from '../../pipeline/localizeScan.js'
import { canonicalOrder } from '../../../shared/geometry/orient.js'
import type { Scan } from '../../../shared/geometry/volume.js'

/** A way to turn a scan that wrong conversions produce: which of the patient's axes (x, y, z) run the other way, and how to say it. */
export interface Turn {
  readonly flips: readonly (0 | 1 | 2)[]
  readonly words: string
}

/** Sides swapped by a conversion; the last is what confusing LPS with RAS does. */
const TURNS: readonly Turn[] = [
  { flips: [2], words: 'upside down' },
  { flips: [1], words: 'back to front' },
  { flips: [0], words: 'with left and right swapped' },
  { flips: [0, 1], words: 'half round its long axis' },
]

/** Nine of ten `dev` scans had 0.69 or more on average; what has less than this is worth four more localizations. */
const DOUBTFUL = 0.5
/** So much better must a turned scan fit the templates before anybody is bothered with it. */
const CLEARLY = 0.15

/**
 * A sentence for people when a scan fits the templates clearly better turned round than as it is stored; null
 * when it does not, or fits well as it is. Symmetric anatomy, such as a head, cannot tell left from right.
 */
export async function orientationWarning(
  model: MedlamModel,
  bank: TemplateBank,
  options: DatasetRequest['settings']['options'],
  scan: Pick<Scan, 'data' | 'size' | 'affine'>,
  localized: readonly LocalizedStructure[],
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const as = meanConfidence(localized)
  if (localized.length === 0 || as >= DOUBTFUL) return null
  const run = { ...DEFAULT_RUN_OPTIONS, ...options }
  const structures = localized.map(({ name, labelValue, color }) => ({ name, labelValue, color }))
  const best = await bestTurn(async ({ flips }) => {
    const turned = { ...scan, data: flipped(scan, flips) }
    return meanConfidence(await localizeScan({ model, bank, structures, options: run }, turned, defined({ signal })))
  })
  if (best.confidence < as + CLEARLY) return null
  return `The scan fits the templates better when it is turned ${best.turn.words} (mean confidence ${best.confidence.toFixed(2)} instead of ${as.toFixed(2)}): check its orientation.`
}

/** The turn with which a scan fits best. */
async function bestTurn(
  confidenceOf: (turn: Turn) => Promise<number>,
): Promise<{ readonly turn: Turn; readonly confidence: number }> {
  let best = { turn: TURNS[0], confidence: -1 }
  for (const turn of TURNS) {
    const confidence = await confidenceOf(turn)
    if (confidence > best.confidence) best = { turn, confidence }
  }
  return best
}

/** The words of {@link orientationWarning} among the warnings of a result; null when there is none. */
export function suspectedTurn(warnings: readonly string[]): string | null {
  const turn = TURNS.find(({ words }) =>
    warnings.some((warning) => warning.includes(`better when it is turned ${words} (`)),
  )
  return turn?.words ?? null
}

/** The voxels of a scan with some of the patient's axes reversed, in the same storage order. */
export function flipped(scan: Pick<Scan, 'data' | 'size' | 'affine'>, flips: readonly (0 | 1 | 2)[]): Scan['data'] {
  const stored = flips.map((axis) => canonicalOrder(scan).ras[axis].axis)
  const [nx, ny, nz] = scan.size
  const at = (axis: 0 | 1 | 2, index: number): number => (stored.includes(axis) ? scan.size[axis] - 1 - index : index)
  const data = scan.data.slice()
  let i = 0
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const row = nx * (at(1, y) + ny * at(2, z))
      for (let x = 0; x < nx; x++) data[i++] = scan.data[row + at(0, x)]
    }
  }
  return data
}

function meanConfidence(structures: readonly LocalizedStructure[]): number {
  return structures.reduce((sum, { confidence }) => sum + confidence, 0) / Math.max(1, structures.length)
}
