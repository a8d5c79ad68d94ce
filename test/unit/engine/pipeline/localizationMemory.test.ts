import { describe, expect, it } from 'vitest'
import type { TemplateBank } from '../../../../src/engine/medlam/templateBank.js'
import type { Localization } from '../../../../src/engine/pipeline/localization.js'
import { LocalizationMemory, type LocalizationKey } from '../../../../src/engine/pipeline/localizationMemory.js'
import { DEFAULT_RUN_OPTIONS } from '../../../../src/shared/requests.js'

const bank = (): TemplateBank => ({
  name: '',
  modelId: '',
  modelHash: '',
  structures: [],
  templates: [],
  calibrations: new Map(),
  reliability: [],
  credit: '',
})
const nothing = (): Localization => ({ structures: [], drafts: new Map(), aroundAllMm: null })
const key: LocalizationKey = { bank: bank(), scanSha256: 'a', request: {}, options: DEFAULT_RUN_OPTIONS }

describe('the memory of localizations', () => {
  it('finds a place once, and again for anything that changes it', async () => {
    const memory = new LocalizationMemory()
    const another = { ...DEFAULT_RUN_OPTIONS, quality: 'best' as const }
    let runs = 0
    const localize = (): Promise<Localization> => {
      runs += 1
      return Promise.resolve(nothing())
    }
    const first = await memory.recall(key, localize)
    expect(await memory.recall({ ...key, options: another }, localize)).toBe(first)
    expect(runs).toBe(1)
    const others: LocalizationKey[] = [
      { ...key, scanSha256: 'b' },
      { ...key, bank: bank() },
      { ...key, request: { timePoint: 1 } },
      { ...key, request: { huOffset: 1024 } },
      { ...key, options: { ...DEFAULT_RUN_OPTIONS, method: 'align' } },
      { ...key, options: { ...DEFAULT_RUN_OPTIONS, quality: 'draft' } },
      { ...key, options: { ...DEFAULT_RUN_OPTIONS, minConfidence: 0 } },
    ]
    for (const other of others) expect(await memory.recall(other, localize)).not.toBe(first)
    expect(runs).toBe(1 + others.length)
  })

  it('does not keep failures, and forgets what was asked for long ago', async () => {
    const memory = new LocalizationMemory()
    await expect(memory.recall(key, () => Promise.reject(new Error('stopped')))).rejects.toThrow('stopped')
    const first = await memory.recall(key, () => Promise.resolve(nothing()))
    for (const scanSha256 of ['b', 'c']) await memory.recall({ ...key, scanSha256 }, () => Promise.resolve(nothing()))
    expect(await memory.recall(key, () => Promise.resolve(nothing()))).toBe(first)
    for (const scanSha256 of ['d', 'e', 'f'])
      await memory.recall({ ...key, scanSha256 }, () => Promise.resolve(nothing()))
    expect(await memory.recall(key, () => Promise.resolve(nothing()))).not.toBe(first)
  })
})
