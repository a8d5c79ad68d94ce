import type { EngineClient } from '../engineClient.js'
import { errorText } from '../errorText.js'
import type { StoredBank, TemplateStore } from './templateStore.js'

/** Whether nobody has asked the engine yet what a bank holds. */
export function isUnread(bank: StoredBank | undefined): boolean {
  return bank !== undefined && bank.info === null && bank.problem === null
}

/** Asks the engine what bank files hold that it has not been asked about. */
export async function readBankFiles(store: TemplateStore, engine: Pick<EngineClient, 'bankInfo'>): Promise<void> {
  for (const bank of store.banks()) {
    if (bank.builtIn || !isUnread(bank)) continue
    store.setBank(bank.id, await engine.bankInfo(bank.id).then((info) => ({ info, problem: null }), (error: unknown) => ({ info: null, problem: errorText(error) })))
  }
}
