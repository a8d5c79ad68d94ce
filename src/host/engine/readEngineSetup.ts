import { engineSetupSchema, type EngineSetup } from '../../protocol/engineSetup.js'

/** A section of the settings. */
export interface Settings {
  get<T>(key: string, defaultValue: T): T
}

const SETTINGS: Readonly<Record<keyof EngineSetup, string>> = {
  provider: 'medlsam.engine.provider',
  threads: 'medlsam.engine.threads',
  modelsFolder: 'medlsam.models.folder',
  offline: 'medlsam.models.offline',
  proxy: 'http.proxy',
  noProxy: 'http.noProxy',
  proxyAuthorization: 'http.proxyAuthorization',
  strictTls: 'http.proxyStrictSSL',
}

/**
 * What an engine process must know, from the settings `medlsam` and VS Code's own `http`.
 * @throws Error that names a setting which cannot be used, since VS Code takes any value for it
 */
export function engineSetup(medlsam: Settings, http: Settings): EngineSetup {
  const parsed = engineSetupSchema.safeParse({
    provider: medlsam.get<unknown>('engine.provider', 'auto'),
    threads: medlsam.get('engine.threads', 0),
    modelsFolder: medlsam.get('models.folder', ''),
    offline: medlsam.get('models.offline', false),
    proxy: http.get<string>('proxySupport', 'override') === 'off' ? null : http.get('proxy', ''),
    noProxy: http.get<string[]>('noProxy', []),
    // Null where nobody has set it.
    proxyAuthorization: http.get<string | null>('proxyAuthorization', null) ?? '',
    strictTls: http.get('proxyStrictSSL', true),
  })
  if (parsed.success) return parsed.data
  const [{ path, message }] = parsed.error.issues
  throw new Error(
    `The setting "${Object.entries(SETTINGS).find(([key]) => key === path[0])?.[1] ?? 'medlsam'}" cannot be used (${message}): change it in the settings.`,
  )
}
