import { defined } from '../../../shared/defined.js'
import type { Scan } from '../../../shared/geometry/volume.js'
import { DEFAULT_RUN_OPTIONS } from '../../../shared/requests.js'
import type { RunOptions } from '../../../shared/sidecar.js'
import type { LocalizedStructure } from '../../../shared/structure.js'
import type { MedlamModel } from '../../medlam/model.js'
import type { TemplateBank } from '../../medlam/templateBank.js'
import { localizeScan } from '../../pipeline/localizeScan.js'
import { flipScan } from './flipScan.js'

/** Ways to turn a scan that wrong conversions produce. */
export type TurnId = 'upsideDown' | 'backToFront' | 'sidesSwapped' | 'halfTurn'

/** How each turn is said: in the warning of a result, by which {@link suspectedTurn} finds it again, and in the summary. */
export const TURN_TEXTS: Readonly<Record<TurnId, string>> = {
  upsideDown: 'upside down',
  backToFront: 'back to front',
  sidesSwapped: 'with left and right swapped',
  halfTurn: 'half round its long axis',
}

interface Turn {
  readonly id: TurnId
  /** Which of the patient's axes (x, y, z) run the other way. */
  readonly flips: readonly (0 | 1 | 2)[]
}

/** Sides swapped by a conversion; the last is what confusing LPS with RAS does. */
const TURNS: readonly Turn[] = [
  { id: 'upsideDown', flips: [2] },
  { id: 'backToFront', flips: [1] },
  { id: 'sidesSwapped', flips: [0] },
  { id: 'halfTurn', flips: [0, 1] },
]

/** Nine of ten `dev` scans had 0.69 or more on average; what has less than this is worth five more localizations. */
const DOUBTFUL = 0.5
/** So much better must a turned scan fit the templates before the user is told. */
const CLEARLY = 0.15

/** What a scan was localized with. */
export interface OrientationCheck {
  readonly model: MedlamModel
  readonly bank: TemplateBank
  readonly options: Partial<RunOptions> | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * A sentence for users when a scan fits the templates clearly better turned round than as it is stored; null
 * when it does not, or fits well as it is. Symmetric anatomy, such as a head, cannot tell left from right.
 */
export async function orientationWarning(
  { model, bank, options, signal }: OrientationCheck,
  scan: Pick<Scan, 'data' | 'size' | 'affine'>,
  localized: readonly LocalizedStructure[],
): Promise<string | null> {
  if (localized.length === 0 || meanConfidence(localized) >= DOUBTFUL) return null
  // Alignment looks at turned scans by itself, and its confidence is another one.
  const run = { ...DEFAULT_RUN_OPTIONS, ...options, method: 'medlam' as const }
  const structures = localized.map(({ name, labelValue, color }) => ({ name, labelValue, color }))
  const confidenceIn = async (voxels: Pick<Scan, 'data' | 'size' | 'affine'>): Promise<number> => {
    const found = await localizeScan({ model, bank, structures, options: run }, voxels, defined({ signal }))
    return meanConfidence(found.structures)
  }
  const stored = await confidenceIn(scan)
  const best = await bestTurn(({ flips }) => confidenceIn({ ...scan, data: flipScan(scan, flips) }))
  if (best.confidence < stored + CLEARLY) return null
  return `The scan fits the templates ${turnedText(best.turn)}mean confidence ${best.confidence.toFixed(2)} instead of ${stored.toFixed(2)}): check its orientation.`
}

/** The turn with which a scan fits best. */
async function bestTurn(
  confidenceOf: (turn: Turn) => Promise<number>,
): Promise<{ readonly turn: TurnId; readonly confidence: number }> {
  let best = { turn: TURNS[0].id, confidence: -1 }
  for (const turn of TURNS) {
    const confidence = await confidenceOf(turn)
    if (confidence > best.confidence) best = { turn: turn.id, confidence }
  }
  return best
}

/** The turn that an {@link orientationWarning} among the warnings of a result speaks of; null when there is none. */
export function suspectedTurn(warnings: readonly string[]): TurnId | null {
  const turn = TURNS.find(({ id }) => warnings.some((warning) => warning.includes(turnedText(id))))
  return turn?.id ?? null
}

/** The part of the warning that names the turn. Sidecars hold sentences only, so this is also how it is found there. */
function turnedText(turn: TurnId): string {
  return `better when it is turned ${TURN_TEXTS[turn]} (`
}

function meanConfidence(structures: readonly LocalizedStructure[]): number {
  return structures.reduce((sum, { confidence }) => sum + confidence, 0) / Math.max(1, structures.length)
}
