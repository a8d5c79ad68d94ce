import { setTimeout as sleep } from 'node:timers/promises'
import { EnvHttpProxyAgent, interceptors, request, type Dispatcher } from 'undici'
import { defined } from '../../../shared/defined.js'
import { MedlsamError } from '../../../shared/medlsamError.js'

/** How this machine reaches the network. */
export interface NetworkSettings {
  /** Proxy for everything; the environment's HTTPS_PROXY, HTTP_PROXY and NO_PROXY when absent or empty, none at all when null. */
  readonly proxy?: string | null
  /** Hosts to reach directly. */
  readonly noProxy?: readonly string[]
  /** The header `Proxy-Authorization`; the user and password in the proxy's address when absent or empty. */
  readonly proxyAuthorization?: string
  /** False takes certificates that no authority vouches for, as those of a proxy that looks into connections; files are checked by their hash all the same. */
  readonly strictTls?: boolean
  /** A connection that stays silent for so long is given up, ms. */
  readonly stallMs?: number
}

/** A way to servers. */
export interface NetworkAccess {
  /**
   * Asks for a URL, and again where it leads.
   * @throws Error when no answer comes in time, or at once when `signal` ends it
   */
  request(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Dispatcher.ResponseData>
  /** Ends all connections. */
  close(): Promise<void>
}

const STALL_MS = 30_000
/** Hubs answer with a redirect to where their files really are, seldom with a second one. */
const MAX_REDIRECTIONS = 6

/** Where the environment names proxies, in the order in which undici asks; the first that is set counts, even when empty. */
const PROXY_VARIABLES = { httpProxy: ['http_proxy', 'HTTP_PROXY'], httpsProxy: ['https_proxy', 'HTTPS_PROXY'] } as const

/**
 * Opens connections the way the user set up VS Code or the environment; close it when done.
 * @throws MedlsamError `usage` for a proxy that is no address
 */
export function openNetworkAccess({
  proxy = '',
  noProxy = [],
  proxyAuthorization = '',
  strictTls = true,
  stallMs = STALL_MS,
}: NetworkSettings): NetworkAccess {
  const tls = strictTls ? {} : { rejectUnauthorized: false }
  const agent = new EnvHttpProxyAgent({
    ...proxiesOf(proxy),
    ...defined({
      noProxy: noProxy.length === 0 ? undefined : noProxy.join(','),
      token: proxyAuthorization === '' ? undefined : proxyAuthorization,
    }),
    headersTimeout: stallMs,
    bodyTimeout: stallMs,
    connect: { timeout: stallMs, ...tls },
    ...(strictTls ? {} : { requestTls: tls, proxyTls: tls }),
  })
  const dispatcher = agent.compose(interceptors.redirect({ maxRedirections: MAX_REDIRECTIONS }))
  return {
    async request(url, headers, signal) {
      const asked = request(url, { dispatcher, headers, ...defined({ signal }) })
      // Undici heeds neither its time limits nor the signal while a proxy keeps it waiting for a tunnel.
      const answered = new AbortController()
      const givenUp = sleep(2 * stallMs, undefined, {
        signal: AbortSignal.any([answered.signal, ...(signal === undefined ? [] : [signal])]),
      }).then(() => {
        throw new Error('nobody answered in time')
      })
      try {
        return await Promise.race([asked, givenUp])
      } catch (error) {
        // An answer that comes later is not wanted.
        asked.then(
          ({ body }) => body.destroy(),
          () => undefined,
        )
        throw error
      } finally {
        answered.abort()
      }
    },
    close: () => agent.destroy(),
  }
}

/** Proxies for undici, which takes none without a scheme. */
function proxiesOf(proxy: string | null): { readonly httpProxy?: string; readonly httpsProxy?: string } {
  // Empty addresses keep it from those of the environment.
  if (proxy === null) return { httpProxy: '', httpsProxy: '' }
  if (proxy !== '') return { httpProxy: proxyUrl(proxy, 'http.proxy'), httpsProxy: proxyUrl(proxy, 'http.proxy') }
  return Object.fromEntries(
    Object.entries(PROXY_VARIABLES).flatMap(([option, names]): [string, string][] => {
      const name = names.find((candidate) => process.env[candidate] !== undefined)
      const value = name === undefined ? undefined : process.env[name]
      return name === undefined || value === undefined || value === '' ? [] : [[option, proxyUrl(value, name)]]
    }),
  )
}

/** @param setting which one named it, for the message */
function proxyUrl(proxy: string, setting: string): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`
  try {
    const { protocol, username, password } = new URL(url)
    decodeURIComponent(username + password)
    if (/^(https?|socks5?):$/.test(protocol)) return url
  } catch {
    // No address, or a name or password that cannot be read: said below, without the password.
  }
  throw new MedlsamError(
    'usage',
    `The proxy in ${setting} is no address that can be used: write it as http://host:port, or http://name:password@host:port with special characters as %XX.`,
  )
}
