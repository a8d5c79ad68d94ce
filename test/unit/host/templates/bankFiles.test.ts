import { expect, it } from 'vitest'
import { EngineDied, EngineError } from '../../../../src/host/engine/engineErrors.js'
import { readBankFiles } from '../../../../src/host/templates/bankFiles.js'
import type { StoredBank, TemplateStore } from '../../../../src/host/templates/templateStore.js'
import type { TemplatesInfo } from '../../../../src/protocol/rpc.js'

const info: TemplatesInfo = { name: 'b', credit: '', structures: [], templates: [], problems: [] }

function storeOf(...ids: string[]): Pick<TemplateStore, 'banks' | 'setBank'> {
  let banks: StoredBank[] = ids.map((id) => ({ id, name: id, builtIn: false, info: null, problem: null }))
  return {
    banks: () => banks,
    setBank: (id, answer) => {
      banks = banks.map((bank) => (bank.id === id ? { ...bank, ...answer } : bank))
    },
  }
}

it('asks about each bank file once, and remembers why one cannot be used', async () => {
  const store = storeOf('good', 'bad')
  const asked: string[] = []
  const bankInfo = (file: string): Promise<TemplatesInfo> => {
    asked.push(file)
    return file === 'bad'
      ? Promise.reject(new EngineError({ kind: 'template', message: 'It is corrupt.' }))
      : Promise.resolve(info)
  }
  await readBankFiles(store, bankInfo)
  await readBankFiles(store, bankInfo)
  expect(asked).toEqual(['good', 'bad'])
  expect(store.banks().map((bank) => [bank.info, bank.problem])).toEqual([
    [info, null],
    [null, 'It is corrupt.'],
  ])
})

it('blames no bank for an engine that died, and asks again', async () => {
  const store = storeOf('good')
  await expect(readBankFiles(store, () => Promise.reject(new EngineDied('killed')))).rejects.toThrow('killed')
  expect(store.banks()[0].problem).toBeNull()
  await readBankFiles(store, () => Promise.resolve(info))
  expect(store.banks()[0].info).toBe(info)
})
