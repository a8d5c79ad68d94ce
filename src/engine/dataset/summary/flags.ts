import { TURN_TEXTS, type TurnId } from '../workers/orientationCheck.js'

/** What to look at in a structure. */
export type StructureFlag =
  'failed' | 'notFound' | 'lowConfidence' | 'emptyMask' | 'unusuallyLarge' | 'unusuallySmall' | 'unusualPlace'

/**
 * What to look at in a scan as a whole: the order of its structures is the opposite of the usual one along an axis,
 * it fits the templates better turned, or its header does not settle its sides.
 */
export type ScanFlag = 'xReversed' | 'yReversed' | 'zReversed' | `turned-${TurnId}` | 'sidesUnsettled'

/** What users read for each flag, in the summary's page and table. */
export const FLAG_TEXTS: Readonly<Record<StructureFlag | ScanFlag, string>> = {
  failed: 'failed',
  notFound: 'not found',
  lowConfidence: 'low confidence',
  emptyMask: 'empty mask',
  unusuallyLarge: 'unusually large',
  unusuallySmall: 'unusually small',
  unusualPlace: 'unusual place',
  xReversed: 'left and right mirrored?',
  yReversed: 'front and back flipped?',
  zReversed: 'upside down?',
  'turned-upsideDown': `turned ${TURN_TEXTS.upsideDown}?`,
  'turned-backToFront': `turned ${TURN_TEXTS.backToFront}?`,
  'turned-sidesSwapped': `turned ${TURN_TEXTS.sidesSwapped}?`,
  'turned-halfTurn': `turned ${TURN_TEXTS.halfTurn}?`,
  sidesUnsettled: 'header does not settle left and right',
}
