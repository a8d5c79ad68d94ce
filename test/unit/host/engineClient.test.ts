import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createEngineClient, EngineDied, RunCancelled, type EngineClient, type EngineState, type RunListeners } from '../../../src/host/engineClient.js'

let client: EngineClient
const states: EngineState[] = []

function fakeEngine(): EngineClient {
  states.length = 0
  client = createEngineClient({
    modulePath: path.resolve(import.meta.dirname, '../../support/fakeEngine.mjs'),
    setup: () => ({ provider: 'cpu', threads: 2 }),
    onState: (state) => states.push(state),
    onOutput: () => undefined,
    patienceMs: 200,
  })
  return client
}

function listeners(signal = new AbortController().signal): RunListeners & { readonly heard: string[] } {
  const heard: string[] = []
  return { heard, signal, onProgress: ({ stage }) => heard.push(stage), onStructure: ({ name }) => heard.push(name), onEarlyMask: ({ name, labelMapPath }) => heard.push(`${name} in ${labelMapPath}`) }
}

/** Starts a run whose network blocks the engine, and cancels it in the middle. */
async function cancelBlocking(engine: EngineClient, scanPath: string): Promise<void> {
  const abort = new AbortController()
  const running = engine.segment({ scanPath, templates: '' }, listeners(abort.signal))
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
    expect(await engine.info()).toMatchObject({ version: 'fake', setup: { provider: 'cpu', threads: 2 } })
    expect(states).toEqual(['running'])
  })

  it('passes progress, structures and early masks of a run on', async () => {
    const run = listeners()
    const outcome = await fakeEngine().segment({ scanPath: 'scan.nii', templates: 'head-neck', previewFolder: 'early' }, run)
    expect(outcome.labelMapPath).toBe('out.nii.gz')
    expect(run.heard).toEqual(['localize', 'Larynx', 'Larynx in early/masks-1.nii.gz'])
  })

  it('says so when the process dies, and starts a new one for the next request', async () => {
    const engine = fakeEngine()
    await expect(engine.segment({ scanPath: 'dies', templates: '' }, listeners())).rejects.toBeInstanceOf(EngineDied)
    expect(engine.state()).toBe('stopped')
    expect(await engine.info()).toMatchObject({ version: 'fake' })
  })

  it('cancels at once and lets an engine that listens live on', async () => {
    const engine = fakeEngine()
    const abort = new AbortController()
    const running = engine.segment({ scanPath: 'waits', templates: '' }, listeners(abort.signal))
    await engine.info()
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
})
