import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { MedlsamError } from '../../../../../src/shared/medlsamError.js'
import { fetchFile, type FetchHooks, type RemoteFile } from '../../../../../src/engine/models/download/fetchFile.js'
import { openNetworkAccess, type NetworkSettings } from '../../../../../src/engine/models/download/httpClient.js'
import {
  cutAfter,
  sendInstead,
  serve,
  stallAfter,
  startFileServer,
  status,
  type Answer,
} from '../../../../support/fileServer.js'
import { startProxy, type Proxy, type ProxyBehaviour } from '../../../../support/proxy.js'
import { selfSigned } from '../../../../support/selfSigned.js'
import { tempFolder } from '../../../../support/tempFolder.js'

const folder = tempFolder()
const certificate = selfSigned()
const server = await startFileServer()
const network = openNetworkAccess({ stallMs: 400 })
afterAll(() => network.close())

const BYTES = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 131 + (i >> 8)) & 255))
const SHA256 = createHash('sha256').update(BYTES).digest('hex')
let files = 0

/** A file on the server with scripted answers, and where it goes. */
function put(
  answers: readonly Answer[] = [],
  known: Partial<RemoteFile> = {},
): { readonly remote: RemoteFile; readonly part: string; readonly asked: () => (string | null)[] } {
  const name = `/file${++files}`
  server.put(name, BYTES, answers)
  return {
    remote: { url: server.url + name, sizeBytes: BYTES.length, sha256: SHA256, ...known },
    part: path.join(folder, `file${files}.part`),
    asked: () => server.requests.filter((request) => request.path === name).map(({ range }) => range),
  }
}

const hooks = (more: Partial<FetchHooks> = {}): FetchHooks => ({ network, retryPausesMs: [5, 5, 5], ...more })

async function failure(promise: Promise<unknown>): Promise<MedlsamError> {
  const error: unknown = await promise.then(
    () => null,
    (e: unknown) => e,
  )
  if (error instanceof MedlsamError) return error
  throw new Error(`expected a MedlsamError, got ${String(error)}`)
}

describe('fetchFile', () => {
  it('fetches a file, tells how far it is, and answers with its hash', async () => {
    const { remote, part, asked } = put()
    const seen: [number, number | null][] = []
    expect(await fetchFile(remote, part, hooks({ onBytes: (done, total) => seen.push([done, total]) }))).toBe(SHA256)
    expect(BYTES.equals(await readFile(part))).toBe(true)
    expect(asked()).toEqual([null])
    expect(seen[0]).toEqual([0, BYTES.length])
    expect(seen.at(-1)).toEqual([BYTES.length, BYTES.length])
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).sort((a, b) => a - b))
  })

  it('continues where the connection was cut, again and again, asking for the same version', async () => {
    const { remote, part, asked } = put([
      cutAfter(100_000),
      cutAfter(50_000),
      cutAfter(50_000),
      cutAfter(20_000),
      cutAfter(20_000),
      cutAfter(20_000),
    ])
    expect(await fetchFile(remote, part, hooks())).toBe(SHA256)
    expect(asked()).toEqual([
      null,
      'bytes=100000-',
      'bytes=150000-',
      'bytes=200000-',
      'bytes=220000-',
      'bytes=240000-',
      'bytes=260000-',
    ])
    expect(server.requests.filter(({ range }) => range === 'bytes=100000-')[0].ifRange).toBe('"one"')
  })

  it('continues what an earlier process left behind', async () => {
    const { remote, part, asked } = put([cutAfter(70_000), status(404)])
    expect((await failure(fetchFile(remote, part, hooks({ retryPausesMs: [] })))).message).toContain('404')
    expect((await readFile(part)).length).toBe(70_000)
    expect(await fetchFile(remote, part, hooks())).toBe(SHA256)
    expect(asked().at(-1)).toBe('bytes=70000-')
    expect(existsSync(`${part}.etag`)).toBe(false)
  })

  it('does not wait for a server that stalls', async () => {
    const { remote, part, asked } = put([stallAfter(90_000)])
    expect(await fetchFile(remote, part, hooks())).toBe(SHA256)
    expect(asked()).toEqual([null, 'bytes=90000-'])
  })

  it('gives up after some tries that bring nothing, keeps what has come, and says what to do', async () => {
    const { remote, part } = put([cutAfter(1000), ...Array.from({ length: 9 }, () => status(503))])
    const error = await failure(fetchFile(remote, part, hooks()))
    expect(error.kind).toBe('model')
    expect(error.message).toMatch(/503.*check the connection and the proxy/)
    expect((await readFile(part)).length).toBe(1000)
  })

  it('starts over when the server has another version by now', async () => {
    const { remote, part } = put([cutAfter(60_000, '"old"'), serve('"new"')])
    await writeFile(`${part}.etag`, '')
    expect(await fetchFile(remote, part, hooks())).toBe(SHA256)
    expect(BYTES.equals(await readFile(part))).toBe(true)
  })

  it('starts over when the server does not know ranges', async () => {
    const { remote, part } = put([cutAfter(60_000), sendInstead(BYTES)])
    expect(await fetchFile(remote, part, hooks())).toBe(SHA256)
    expect(BYTES.equals(await readFile(part))).toBe(true)
  })

  it('takes 416 for the end when everything is there, and starts over when it is not', async () => {
    const whole = put([], { sizeBytes: null })
    await writeFile(whole.part, BYTES)
    expect(await fetchFile(whole.remote, whole.part, hooks())).toBe(SHA256)
    expect(whole.asked()).toEqual([`bytes=${BYTES.length}-`])

    const odd = put([status(416)], { sizeBytes: null })
    await writeFile(odd.part, BYTES.subarray(0, 5000))
    expect(await fetchFile(odd.remote, odd.part, hooks())).toBe(SHA256)
    expect(odd.asked()).toEqual(['bytes=5000-', null])
  })

  it('refuses a part other than the one asked for, and starts over', async () => {
    const { remote, part } = put([
      cutAfter(60_000),
      (_, response) =>
        response
          .writeHead(206, { 'content-range': `bytes 10-${BYTES.length - 1}/${BYTES.length}` })
          .end(BYTES.subarray(10)),
    ])
    expect(await fetchFile(remote, part, hooks())).toBe(SHA256)
    expect(BYTES.equals(await readFile(part))).toBe(true)
  })

  it('refuses wrong bytes and throws them away', async () => {
    const { remote, part } = put([sendInstead(Buffer.alloc(BYTES.length, 7))])
    const error = await failure(fetchFile(remote, part, hooks()))
    expect(error.kind).toBe('model')
    expect(error.message).toContain(SHA256)
    expect(existsSync(part)).toBe(false)
    expect(await fetchFile(remote, part, hooks())).toBe(SHA256)
  })

  it('refuses a file of another length before it is fetched', async () => {
    const { remote, part } = put([sendInstead(BYTES.subarray(0, 200_000))])
    expect((await failure(fetchFile(remote, part, hooks()))).message).toMatch(
      /200000 bytes long instead of the published 300000/,
    )
    expect(existsSync(part)).toBe(false)
  })

  it('stops a server that sends more than it should', async () => {
    const { remote, part } = put([sendInstead(Buffer.concat([BYTES, BYTES]), null)])
    expect((await failure(fetchFile(remote, part, hooks()))).message).toContain('sends more than')
    expect((await readFile(part)).length).toBe(0)
  })

  it('goes on when a server promises more than it sends', async () => {
    // The length it announces is right, the connection ends early.
    const { remote, part, asked } = put([
      (_, response, file) => {
        response.writeHead(200, { 'content-length': file.length, etag: '"one"' })
        response.write(file.subarray(0, 10_000), () => response.socket?.end())
      },
    ])
    expect(await fetchFile(remote, part, hooks())).toBe(SHA256)
    expect(asked()).toEqual([null, 'bytes=10000-'])
  })

  it.each([
    [404, /no longer there/],
    [410, /no longer there/],
    [403, /wants a login/],
    [400, /answered 400/],
  ])('says what %i means, at once', async (code, sentence) => {
    const { remote, part, asked } = put([status(code)])
    const error = await failure(fetchFile(remote, part, hooks()))
    expect(error.kind).toBe('model')
    expect(error.message).toMatch(sentence)
    expect(error.message).toContain(remote.url)
    expect(asked()).toHaveLength(1)
  })

  it('follows redirects', async () => {
    const { remote, part } = put([], {})
    server.put('/moved', Buffer.alloc(0), [status(302, { location: remote.url })])
    expect(await fetchFile({ ...remote, url: `${server.url}/moved` }, part, hooks())).toBe(SHA256)
  })

  it('does not mix versions when nobody has published a hash', async () => {
    // No validator to ask for the same version with: what is there is worth nothing.
    const { remote, part, asked } = put([], { sha256: null, sizeBytes: null })
    await writeFile(part, Buffer.alloc(1000, 1))
    expect(await fetchFile(remote, part, hooks())).toBe(SHA256)
    expect(asked()).toEqual([null])
  })

  it('stops when asked to and keeps what has come', async () => {
    const { remote, part } = put([stallAfter(80_000)])
    const abort = new AbortController()
    const error = failure(
      fetchFile(
        remote,
        part,
        hooks({
          signal: abort.signal,
          onBytes: (done) => {
            if (done >= 80_000) abort.abort()
          },
        }),
      ),
    )
    expect((await error).kind).toBe('cancelled')
    expect((await readFile(part)).length).toBe(80_000)
  })

  it('says so when the server cannot be reached', async () => {
    const error = await failure(
      fetchFile(
        { url: 'http://127.0.0.1:9/x', sizeBytes: null, sha256: null },
        path.join(folder, 'none.part'),
        hooks({ retryPausesMs: [1] }),
      ),
    )
    expect(error.message).toContain('check the connection and the proxy')
  })
})

describe('openNetworkAccess', () => {
  const proxies: Proxy[] = []
  afterAll(() => Promise.all(proxies.map((proxy) => proxy.stop())))
  const proxyFor = async (behaviour: ProxyBehaviour): Promise<Proxy> => {
    const proxy = await startProxy(behaviour)
    proxies.push(proxy)
    return proxy
  }

  it('goes through the proxy it is given, but not for hosts that are left out', async () => {
    const proxy = await proxyFor('tunnel')
    const [through, around] = [
      openNetworkAccess({ proxy: proxy.url }),
      openNetworkAccess({ proxy: proxy.url, noProxy: ['127.0.0.1'] }),
    ]
    const first = put()
    expect(await fetchFile(first.remote, first.part, hooks({ network: through }))).toBe(SHA256)
    expect(proxy.hosts).toEqual([new URL(server.url).host])
    const second = put()
    expect(await fetchFile(second.remote, second.part, hooks({ network: around }))).toBe(SHA256)
    expect(proxy.hosts).toHaveLength(1)
    await through.close()
    await around.close()
  })

  it('says who it is to the proxy', async () => {
    const proxy = await proxyFor('tunnel')
    const access = openNetworkAccess({ proxy: proxy.url, proxyAuthorization: 'Negotiate abc' })
    const { remote, part } = put()
    expect(await fetchFile(remote, part, hooks({ network: access }))).toBe(SHA256)
    expect(proxy.authorization()).toBe('Negotiate abc')
    await access.close()
  })

  it.skipIf(certificate === null)(
    'takes certificates that nobody vouches for only when told to, with a proxy and without',
    async () => {
      if (certificate === null) return
      const proxy = await proxyFor('tunnel')
      const secure = createServer(certificate, (_, response) => {
        response.end(BYTES)
      })
      await new Promise<void>((resolve) => secure.listen(0, 'localhost', resolve))
      const { remote, part } = put([], { url: `https://localhost:${(secure.address() as AddressInfo).port}/` })
      for (const settings of [{ proxy: null }, { proxy: proxy.url }]) {
        const [strict, lax] = [openNetworkAccess(settings), openNetworkAccess({ ...settings, strictTls: false })]
        expect(
          (await failure(fetchFile(remote, part, hooks({ network: strict, retryPausesMs: [] })))).message,
        ).toContain('self-signed certificate')
        expect(await fetchFile(remote, part, hooks({ network: lax }))).toBe(SHA256)
        await rm(part)
        await strict.close()
        await lax.close()
      }
      expect(proxy.hosts.length).toBeGreaterThan(0)
      secure.closeAllConnections()
      secure.close()
    },
  )

  it('does not wait for ever for a proxy that never answers, and stops waiting when asked to', async () => {
    const proxy = await proxyFor('keep waiting')
    const access = openNetworkAccess({ proxy: proxy.url, stallMs: 50 })
    const { remote, part } = put()
    const silent = await failure(fetchFile(remote, part, hooks({ network: access, retryPausesMs: [1] })))
    expect(silent.message).toMatch(/nobody answered in time.*check the connection and the proxy/)
    await access.close()
    const patient = openNetworkAccess({ proxy: proxy.url })
    const abort = new AbortController()
    const stopped = failure(fetchFile(remote, part, hooks({ network: patient, signal: abort.signal })))
    const before = proxy.hosts.length
    while (proxy.hosts.length === before) await new Promise((resolve) => setTimeout(resolve, 5))
    abort.abort()
    expect((await stopped).kind).toBe('cancelled')
    await patient.close()
  })

  it("takes the environment's proxy when it is given none", async () => {
    const proxy = await proxyFor('tunnel')
    await withEnvironment({ HTTP_PROXY: proxy.url, NO_PROXY: 'elsewhere.example' }, async () => {
      const access = openNetworkAccess({})
      const { remote, part } = put()
      expect(await fetchFile(remote, part, hooks({ network: access }))).toBe(SHA256)
      expect(proxy.hosts).toEqual([new URL(server.url).host])
      await access.close()
      // Unless proxies are turned off.
      const direct = openNetworkAccess({ proxy: null })
      const second = put()
      expect(await fetchFile(second.remote, second.part, hooks({ network: direct }))).toBe(SHA256)
      expect(proxy.hosts).toHaveLength(1)
      await direct.close()
    })
  })

  it('takes a proxy without a scheme for an HTTP one, whoever names it', async () => {
    const proxy = await proxyFor('tunnel')
    const { host } = new URL(proxy.url)
    const fetchBy = async (settings: NetworkSettings): Promise<void> => {
      const access = openNetworkAccess(settings)
      const { remote, part } = put()
      expect(await fetchFile(remote, part, hooks({ network: access }))).toBe(SHA256)
      await access.close()
    }
    await fetchBy({ proxy: host })
    await withEnvironment({ HTTP_PROXY: host }, () => fetchBy({}))
    expect(proxy.hosts).toHaveLength(2)
  })

  it.each(['http://', 'ftp://10.0.0.1:21', 'http://name:100%@10.0.0.1:3128', 'no address'])(
    'refuses the proxy %s, and names the setting but no password',
    async (proxy) => {
      for (const [setting, open] of [
        ['http.proxy', () => openNetworkAccess({ proxy })],
        ['HTTPS_PROXY', () => withEnvironment({ HTTPS_PROXY: proxy }, () => openNetworkAccess({}))],
      ] as const) {
        const error = await failure(Promise.resolve().then(open))
        expect([error.kind, error.message]).toEqual([
          'usage',
          expect.stringContaining(`The proxy in ${setting} is no address that can be used`),
        ])
        expect(error.message).not.toContain('100%')
      }
    },
  )
})

/** Does something where the environment names these proxies and no others. */
async function withEnvironment<T>(proxies: Readonly<Record<string, string>>, work: () => T | Promise<T>): Promise<T> {
  const names = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']
  const before = names.map((name) => [name, process.env[name]] as const)
  try {
    for (const name of names) Reflect.deleteProperty(process.env, name)
    Object.assign(process.env, proxies)
    return await work()
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    }
  }
}
