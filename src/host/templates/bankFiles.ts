import type { TemplatesInfo } from '../../protocol/rpc.js'
import { EngineError } from '../engine/engineErrors.js'
import { errorText } from '../errorText.js'
import type { StoredBank, TemplateStore } from './templateStore.js'

/** Whether nobody has asked the engine yet what a bank holds. */
export function isUnread(bank: StoredBank | undefined): boolean {
  return bank !== undefined && bank.info === null && bank.problem === null
}

/**
 * Asks the engine what bank files hold that it has not been asked about.
 * @throws Error when the engine is gone, which says nothing about the banks
 */
export async function readBankFiles(
  store: Pick<TemplateStore, 'banks' | 'setBank'>,
  bankInfo: (path: string) => Promise<TemplatesInfo>,
): Promise<void> {
  for (const bank of store.banks()) {
    if (bank.builtIn || !isUnread(bank)) continue
    try {
      store.setBank(bank.id, { info: await bankInfo(bank.id), problem: null })
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      store.setBank(bank.id, { info: null, problem: errorText(error) })
    }
  }
}
