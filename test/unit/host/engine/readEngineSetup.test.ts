import { expect, it } from 'vitest'
import { engineSetup, type Settings } from '../../../../src/host/engine/readEngineSetup.js'

const settings = (values: Readonly<Record<string, unknown>>): Settings => ({
  get: <T>(key: string, defaultValue: T) => (key in values ? (values[key] as T) : defaultValue),
})

it("tells the engine what VS Code's settings say about proxies", () => {
  expect(engineSetup(settings({}), settings({ proxyAuthorization: null }))).toMatchObject({
    provider: 'auto',
    proxy: '',
    noProxy: [],
    proxyAuthorization: '',
    strictTls: true,
  })
  const http = {
    proxy: 'http://proxy:3128',
    noProxy: ['intranet'],
    proxyAuthorization: 'Basic abc',
    proxyStrictSSL: false,
  }
  expect(engineSetup(settings({}), settings(http))).toMatchObject({
    proxy: 'http://proxy:3128',
    noProxy: ['intranet'],
    proxyAuthorization: 'Basic abc',
    strictTls: false,
  })
  expect(engineSetup(settings({}), settings({ ...http, proxySupport: 'off' })).proxy).toBeNull()
})

it.each([
  [{ 'engine.threads': 1.5 }, {}, 'medlsam.engine.threads'],
  [{ 'engine.provider': 'gpu' }, {}, 'medlsam.engine.provider'],
  [{}, { noProxy: 'intranet' }, 'http.noProxy'],
])('names a setting that cannot be used (%j, %j)', (medlsam, http, setting) => {
  expect(() => engineSetup(settings(medlsam), settings(http))).toThrow(`The setting "${setting}" cannot be used (`)
})
