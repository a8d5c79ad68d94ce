import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ProviderRequest } from '../../../../src/protocol/engineSetup.js'
import { EngineClient, type RunListeners } from '../../../../src/host/engine/engineClient.js'
import { EngineDied, RunCancelled } from '../../../../src/host/engine/engineErrors.js'
import type { EngineState } from '../../../../src/host/engine/engineProcess.js'
import {
  downloadModelMethod,
  infoMethod,
  refineMethod,
  segmentMethod,
  testProvidersMethod,
} from '../../../../src/protocol/rpc.js'

let client: EngineClient
const states: EngineState[] = []
let provider: ProviderRequest = 'cpu'
let refused: Error | null = null

function fakeEngine(): EngineClient {
  states.length = 0
  provider = 'cpu'
  refused = null
  client = new EngineClient({
    modulePath: path.resolve(import.meta.dirname, '../../../support/fakeEngine.mjs'),
    setup: () => {
      if (refused !== null) throw refused
      return { provider, threads: 2 }
    },
    onState: (state) => states.push(state),
    onOutput: () => undefined,
    patienceMs: 200,
  })
  return client
}

function listeners(signal = new AbortController().signal): RunListeners & { readonly heard: string[] } {
  const heard: string[] = []
  return {
    heard,
    signal,
    onProgress: ({ stage }) => heard.push(stage),
    onStructure: ({ name }) => heard.push(name),
    onEarlyMask: ({ name, labelMapPath }) => heard.push(`${name} in ${labelMapPath}`),
  }
}

/** Starts a run whose network blocks the engine, and cancels it in the middle. */
async function cancelBlocking(engine: EngineClient, scanPath: string): Promise<void> {
  const abort = new AbortController()
  const running = engine.run(segmentMethod, { scanPath, templates: '' }, listeners(abort.signal))
  await sleep(500)
  abort.abort()
  await expect(running).rejects.toBeInstanceOf(RunCancelled)
}

afterEach(() => {
  client.stop()
})

describe('the engine client', () => {
  it('starts the process on first use and hands over its set-up', async () => {
    const engine = fakeEngine()
    expect(engine.state()).toBe('stopped')
    expect(await engine.ask(infoMethod)).toMatchObject({ version: 'fake', setup: { provider: 'cpu', threads: 2 } })
    expect(states).toEqual(['running'])
  })

  it('lets a debugger attach to the process where the environment asks for it, and not otherwise', async () => {
    expect(await fakeEngine().ask(infoMethod)).toMatchObject({ nodeArguments: [] })
    client.stop()
    vi.stubEnv('MEDLSAM_ENGINE_INSPECT', '19230')
    try {
      expect(await fakeEngine().ask(infoMethod)).toMatchObject({ nodeArguments: ['--inspect=127.0.0.1:19230'] })
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it('passes on what is known early of a correction', async () => {
    const early: string[] = []
    const labels = { scanPath: 'a.nii', basePath: null, baseStamp: null, session: '1', firstEdit: 0, edits: [] }
    const points = [{ pointMm: [1, 2, 3], isInside: true }] as const
    const structure = { name: 'Larynx', labelValue: 1 }
    const correction = await fakeEngine().run(
      refineMethod,
      { labels, structure, points, lockedValues: [], fixedSlices: [], made: null },
      { signal: new AbortController().signal, onEarlyCorrection: (runs) => early.push(runs) },
    )
    expect(early).toEqual(['1 2 3'])
    expect(correction).toEqual({ runs: 'all', made: 'all' })
  })

  it('passes progress, structures and early masks of a run on', async () => {
    const run = listeners()
    const outcome = await fakeEngine().run(
      segmentMethod,
      { scanPath: 'scan.nii', templates: 'head-neck', previewFolder: 'early' },
      run,
    )
    expect(outcome.labelMapPath).toBe('out.nii.gz')
    expect(run.heard).toEqual(['localize', 'Larynx', 'Larynx in early/masks-1.nii.gz'])
  })

  it('starts anew after a process that could not be started', async () => {
    const engine = fakeEngine()
    const real = process.execPath
    try {
      process.execPath = path.join(import.meta.dirname, 'no such program')
      await expect(engine.ask(infoMethod)).rejects.toThrow(/could not be started .*ENOENT/)
    } finally {
      process.execPath = real
    }
    expect([engine.state(), ...states]).toEqual(['stopped', 'running', 'stopped'])
    expect(await engine.ask(infoMethod)).toMatchObject({ version: 'fake' })
  })

  it('starts nothing with a setting that cannot be used, and says which', async () => {
    const engine = fakeEngine()
    refused = new Error('The setting "medlsam.engine.threads" cannot be used')
    await expect(engine.ask(infoMethod)).rejects.toThrow('medlsam.engine.threads')
    expect(engine.state()).toBe('stopped')
    refused = null
    await engine.ask(infoMethod)
    refused = new Error('again')
    engine.renew()
    expect(engine.state()).toBe('stopped')
  })

  it('knows whether it is at work, and says that it was stopped when it was', async () => {
    const engine = fakeEngine()
    await engine.ask(infoMethod)
    expect(engine.isBusy()).toBe(false)
    const running = expect(
      engine.run(segmentMethod, { scanPath: 'waits', templates: '' }, listeners()),
    ).rejects.toThrow('The engine was stopped: try again.')
    await sleep(100)
    expect(engine.isBusy()).toBe(true)
    engine.stop()
    await running
    expect(engine.isBusy()).toBe(false)
  })

  it('says so when the process dies, and starts a new one for the next request', async () => {
    const engine = fakeEngine()
    await expect(engine.run(segmentMethod, { scanPath: 'dies', templates: '' }, listeners())).rejects.toBeInstanceOf(
      EngineDied,
    )
    expect(engine.state()).toBe('stopped')
    expect(await engine.ask(infoMethod)).toMatchObject({ version: 'fake' })
  })

  it('cancels at once and lets an engine that listens live on', async () => {
    const engine = fakeEngine()
    const abort = new AbortController()
    const running = engine.run(segmentMethod, { scanPath: 'waits', templates: '' }, listeners(abort.signal))
    await engine.ask(infoMethod)
    const pid = engine.pid()
    abort.abort()
    await expect(running).rejects.toBeInstanceOf(RunCancelled)
    await sleep(400)
    expect(engine.pid()).toBe(pid)
  })

  it('kills an engine that is deaf because a network runs', async () => {
    const engine = fakeEngine()
    await cancelBlocking(engine, 'blocks')
    await sleep(600)
    expect(engine.state()).toBe('stopped')
  })

  it('kills no engine in which a folder runs', async () => {
    const engine = fakeEngine()
    const stop = new AbortController()
    const folder = engine.segmentFolder({ folder: '', settings: { templates: '' } }, () => undefined, stop.signal)
    await cancelBlocking(engine, 'blocks briefly')
    await sleep(1000)
    expect(engine.state()).toBe('running')
    stop.abort()
    expect(await folder.outcome).toMatchObject({ stopped: true })
  })

  it('kills no engine that downloads a model, which the cancelled run does not notice', async () => {
    const engine = fakeEngine()
    const download = listeners()
    const downloading = engine.run(downloadModelMethod, { id: 'sam' }, download)
    await expect.poll(() => download.heard).toEqual(['download'])
    await cancelBlocking(engine, 'blocks briefly')
    expect(await downloading).toEqual({ id: 'sam' })
    expect(states).toEqual(['running'])
  })

  it('does not kill an engine in the middle of a self-test, which would look like a crash of the provider', async () => {
    const engine = fakeEngine()
    await engine.ask(infoMethod)
    const abort = new AbortController()
    const testing = engine.run(testProvidersMethod, { id: 'sam' }, listeners(abort.signal))
    await sleep(100)
    abort.abort()
    await expect(testing).rejects.toBeInstanceOf(RunCancelled)
    // Waits for the test to end.
    await engine.ask(infoMethod)
    expect(states).toEqual(['running'])
  })

  it('kills no engine for a run that was over when it was cancelled', async () => {
    const engine = fakeEngine()
    const abort = new AbortController()
    await engine.run(segmentMethod, { scanPath: 'scan.nii', templates: '' }, listeners(abort.signal))
    abort.abort()
    await sleep(500)
    expect(engine.state()).toBe('running')
  })

  it('is started anew with other settings, but only once it has nothing to do', async () => {
    const engine = fakeEngine()
    await engine.ask(infoMethod)
    engine.renew()
    expect(engine.state()).toBe('running')
    const download = listeners()
    const downloading = engine.run(downloadModelMethod, { id: 'sam' }, download)
    await expect.poll(() => download.heard).toEqual(['download'])
    provider = 'cuda'
    engine.renew()
    expect(engine.state()).toBe('running')
    expect(await downloading).toEqual({ id: 'sam' })
    await expect.poll(() => engine.state()).toBe('stopped')
    expect(await engine.ask(infoMethod)).toMatchObject({ setup: { provider: 'cuda' } })
    provider = 'webgpu'
    engine.renew()
    expect(engine.state()).toBe('stopped')
  })
})
