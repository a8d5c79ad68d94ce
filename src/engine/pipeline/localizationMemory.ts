import type { LocalizeRequest } from '../../shared/requests.js'
import type { RunOptions } from '../../shared/sidecar.js'
import type { TemplateBank } from '../medlam/templateBank.js'
import type { Localization } from './localization.js'

/** So many scans' localizations are kept: their drafts are small, and nobody goes back far. */
const KEPT = 3

/** What a localization of all structures of a bank depends on. */
export interface LocalizationKey {
  readonly bank: TemplateBank
  readonly scanSha256: string
  /** How the file is read. */
  readonly request: Pick<LocalizeRequest, 'timePoint' | 'huOffset'>
  readonly options: Pick<RunOptions, 'method' | 'quality' | 'procedure' | 'seed' | 'parts' | 'minConfidence'>
}

interface Remembered {
  readonly bank: TemplateBank
  readonly key: string
  readonly localization: Localization
}

/** The latest localizations, so that looking for another organ in the same scan need not find its place again. */
export class LocalizationMemory {
  private kept: readonly Remembered[] = []

  /** What is remembered, or what `localize` finds; failures are not remembered. */
  async recall(
    { bank, scanSha256, request, options }: LocalizationKey,
    localize: () => Promise<Localization>,
  ): Promise<Localization> {
    const { method, quality, procedure, seed, parts, minConfidence } = options
    // A draft may be aligned from other starts.
    const isDraft = quality === 'draft'
    const { timePoint = null, huOffset = 0 } = request
    const key = JSON.stringify([
      scanSha256,
      timePoint,
      huOffset,
      method,
      isDraft,
      procedure,
      seed,
      parts,
      minConfidence,
    ])
    const known = this.kept.find((one) => one.bank === bank && one.key === key)
    const localization = known?.localization ?? (await localize())
    const others = this.kept.filter((one) => one !== known)
    this.kept = [{ bank, key, localization }, ...others].slice(0, KEPT)
    return localization
  }
}
