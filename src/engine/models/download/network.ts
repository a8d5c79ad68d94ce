import { EnvHttpProxyAgent, interceptors, type Dispatcher } from 'undici'

/** How this machine reaches the network. */
export interface NetworkSettings {
  /** Proxy for everything; the environment's HTTPS_PROXY, HTTP_PROXY and NO_PROXY when absent or empty. */
  readonly proxy?: string
  /** Hosts to reach directly. */
  readonly noProxy?: readonly string[]
  /** A connection that stays silent for so long is given up, ms. */
  readonly stallMs?: number
}

const STALL_MS = 30_000
/** Hubs answer with a redirect to where their files really are, seldom with a second one. */
const MAX_REDIRECTIONS = 6

/** Opens connections the way the person set up VS Code or the environment; close it when done. */
export function openNetworkAccess({ proxy = '', noProxy = [], stallMs = STALL_MS }: NetworkSettings): Dispatcher & { close(): Promise<void> } {
  const agent = new EnvHttpProxyAgent({
    ...(proxy === '' ? {} : { httpProxy: proxy, httpsProxy: proxy }),
    ...(noProxy.length === 0 ? {} : { noProxy: noProxy.join(',') }),
    headersTimeout: stallMs,
    bodyTimeout: stallMs,
    connect: { timeout: stallMs },
  })
  return agent.compose(interceptors.redirect({ maxRedirections: MAX_REDIRECTIONS }))
}
