import type { EngineSetup } from '../protocol/rpc.js'

/** A section of the settings. */
export interface Settings {
  get<T>(key: string, defaultValue: T): T
}

/** What an engine process must know, from the settings `medlsam` and VS Code's own `http`. */
export function engineSetup(medlsam: Settings, http: Settings): EngineSetup {
  return {
    provider: medlsam.get('engine.provider', 'auto'),
    threads: medlsam.get('engine.threads', 0),
    modelsFolder: medlsam.get('models.folder', ''),
    offline: medlsam.get('models.offline', false),
    proxy: http.get<string>('proxySupport', 'override') === 'off' ? null : http.get('proxy', ''),
    noProxy: http.get<string[]>('noProxy', []),
    // Null where nobody has set it.
    proxyAuthorization: http.get<string | null>('proxyAuthorization', null) ?? '',
    strictTls: http.get('proxyStrictSSL', true),
  }
}
