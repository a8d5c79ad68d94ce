import type { Registry } from '../../shared/modelTypes.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import type { NetworkSettings } from './download/httpClient.js'

/** What everything about models needs to know. */
export interface ModelsContext {
  readonly registry: Registry
  /** Folder with the built-in models. */
  readonly assetsFolder: string
  /** Folder that downloads and imports go to. */
  readonly modelsFolder: string
  /** Refuse every download. */
  readonly offline: boolean
  readonly network: NetworkSettings
}

/** @throws MedlsamError `usage` when downloads are turned off */
export function refuseOffline({ offline }: ModelsContext, what: string): void {
  if (offline)
    throw new MedlsamError(
      'usage',
      `${what} is not here, and downloads are turned off: turn them on, or import the files.`,
      undefined,
      { remedy: { option: 'offline' } },
    )
}
