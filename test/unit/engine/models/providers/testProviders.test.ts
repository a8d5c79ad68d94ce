import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { MedlsamError } from '../../../../../src/shared/medlsamError.js'
import { providerMemory } from '../../../../../src/engine/models/providers/providerMemory.js'
import { testProviders } from '../../../../../src/engine/models/providers/testProviders.js'
import type { Provider } from '../../../../../src/engine/runtime/network.js'
import type { Segmenter } from '../../../../../src/engine/sam/segmenter.js'
import { fakeSegmenter } from '../../../../support/fakeSegmenter.js'
import { tempFolder } from '../../../../support/tempFolder.js'

const folder = tempFolder()
let count = 0
const freshMemory = (): ReturnType<typeof providerMemory> =>
  providerMemory(path.join(folder, `memory${++count}`), ['a'.repeat(64)], ['cpu'])

interface Behaviour {
  readonly ms: number
  /** Factor on the CPU's answer. */
  readonly factor?: number
  /** Runs somewhere else, with this note. */
  readonly note?: string
  readonly fails?: boolean
}

/** Segmenters whose time and answer depend on the provider, on a clock of their own. */
function machine(behaviours: Partial<Record<Provider, Behaviour>>): {
  readonly open: (provider: Provider) => Promise<Segmenter>
  readonly now: () => number
  readonly opened: Provider[]
  readonly released: () => number
} {
  let clock = 0
  let released = 0
  const opened: Provider[] = []
  return {
    now: () => clock,
    opened,
    released: () => released,
    open(provider) {
      opened.push(provider)
      const { ms, factor = 1, note, fails } = behaviours[provider] ?? { ms: 1, note: 'not here' }
      const inner = fakeSegmenter()
      return Promise.resolve({
        ...inner,
        provider: note === undefined ? provider : 'cpu',
        providerNote: note ?? null,
        encodeTile(picture) {
          if (fails === true) return Promise.reject(new MedlsamError('model', `${provider} failed while it ran.`))
          clock += ms
          return inner.encodeTile({ ...picture, data: picture.data.map((v) => v * factor) })
        },
        release() {
          released++
          return Promise.resolve()
        },
      })
    },
  }
}

describe('the self-test of providers', () => {
  it('takes the fastest that gives the right answer, says why not the others, and remembers', async () => {
    const memory = freshMemory()
    const machinery = machine({
      cpu: { ms: 400 },
      cuda: { ms: 20, factor: 1.2 },
      webgpu: { ms: 100, factor: 1.001 },
      directml: { ms: 5, note: 'directml could not be started' },
      coreml: { ms: 10, fails: true },
    })
    const report = await testProviders({
      id: 'sam',
      candidates: ['cuda', 'webgpu', 'directml', 'coreml', 'cpu'],
      memory,
      ...machinery,
    })
    expect(report.chosen).toBe('webgpu')
    expect(report.trials.map(({ provider, encodeMs }) => [provider, encodeMs])).toEqual([
      ['cpu', 400],
      ['cuda', 20],
      ['webgpu', 100],
      ['directml', null],
      ['coreml', null],
    ])
    expect(report.trials.map(({ problem }) => problem)).toEqual([
      null,
      "Its answer differs from the CPU's by 20.0 %.",
      null,
      'directml could not be started',
      'coreml failed while it ran.',
    ])
    expect(await memory.chosen()).toBe('webgpu')
    expect(machinery.released()).toBe(5)
  })

  it('stays on the CPU when nothing is faster, or when an answer is no number', async () => {
    const memory = freshMemory()
    const report = await testProviders({
      id: 'sam',
      candidates: ['cuda', 'webgpu', 'cpu'],
      memory,
      ...machine({ cpu: { ms: 50 }, cuda: { ms: 80 }, webgpu: { ms: 1, factor: Number.NaN } }),
    })
    expect(report.chosen).toBe('cpu')
    expect(report.trials[2].problem).toContain('differs')
  })

  it('tries once more what took the process with it: somebody may have stopped it', async () => {
    const memory = freshMemory()
    // As the process that was killed left it.
    await memory.trying('cuda')
    expect(await memory.crashed()).toEqual(['cuda'])
    const machinery = machine({ cpu: { ms: 50 }, cuda: { ms: 1 }, webgpu: { ms: 10 } })
    expect(
      (await testProviders({ id: 'sam', candidates: ['cuda', 'webgpu', 'cpu'], memory, ...machinery })).chosen,
    ).toBe('cuda')
    // It lived, so what was is no longer held against it.
    expect(await memory.crashed()).toEqual([])
  })

  it('leaves alone what took the process with it twice, later too, until people ask for the test', async () => {
    const memory = freshMemory()
    await memory.trying('cuda')
    await memory.trying('cuda')
    for (let test = 0; test < 3; test++) {
      const machinery = machine({ cpu: { ms: 50 }, cuda: { ms: 1 }, webgpu: { ms: 10 } })
      const report = await testProviders({ id: 'sam', candidates: ['cuda', 'webgpu', 'cpu'], memory, ...machinery })
      expect(machinery.opened).toEqual(['cpu', 'webgpu'])
      expect(report.chosen).toBe('webgpu')
      expect(report.trials[1].problem).toContain('ended the process')
    }
    const asked = await testProviders({
      id: 'sam',
      candidates: ['cuda', 'webgpu', 'cpu'],
      memory,
      retryCrashed: true,
      ...machine({ cpu: { ms: 50 }, cuda: { ms: 1 }, webgpu: { ms: 10 } }),
    })
    expect(asked.chosen).toBe('cuda')
    expect(await memory.crashed()).toEqual([])
  })

  it('does not take an error of ours for a process that ended', async () => {
    const memory = freshMemory()
    const machinery = machine({ cpu: { ms: 50 } })
    const open = (provider: Provider): Promise<Segmenter> =>
      provider === 'cuda' ? Promise.reject(new TypeError('a slip')) : machinery.open(provider)
    await expect(
      testProviders({ id: 'sam', candidates: ['cuda', 'cpu'], memory, now: machinery.now, open }),
    ).rejects.toThrow('a slip')
    expect(await memory.crashed()).toEqual([])
  })

  it('stops when asked to', async () => {
    const abort = new AbortController()
    const test = testProviders({
      id: 'sam',
      candidates: ['cuda', 'cpu'],
      memory: freshMemory(),
      ...machine({ cpu: { ms: 1 }, cuda: { ms: 1 } }),
      signal: abort.signal,
      onTrial: () => {
        abort.abort()
      },
    })
    await expect(test).rejects.toMatchObject({ kind: 'cancelled' })
  })
})

describe('the memory of providers', () => {
  it('is kept per model and providers in question, and starts anew when its file is corrupt', async () => {
    const place = path.join(folder, 'kept')
    const memory = (hashes: string[], candidates: Provider[] = ['cuda', 'cpu']): ReturnType<typeof providerMemory> =>
      providerMemory(place, hashes, candidates)
    await memory(['a'.repeat(64), 'b'.repeat(64)]).choose('cuda')
    expect(await memory(['b'.repeat(64), 'a'.repeat(64)]).chosen()).toBe('cuda')
    expect(await memory(['c'.repeat(64)]).chosen()).toBeNull()
    expect(await memory(['a'.repeat(64), 'b'.repeat(64)], ['cuda', 'webgpu', 'cpu']).chosen()).toBeNull()
    const file = path.join(place, 'providers.json')
    expect(Object.keys(JSON.parse(await readFile(file, 'utf8')) as object)).toHaveLength(1)
    await writeFile(file, 'corrupt')
    expect(await memory(['a'.repeat(64), 'b'.repeat(64)]).chosen()).toBeNull()
  })
})
