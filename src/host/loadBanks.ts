import * as vscode from 'vscode'
import { bankInfoMethod, infoMethod, listModelsMethod } from '../protocol/rpc.js'
import type { EngineClient } from './engine/engineClient.js'
import type { EngineStatus } from './engine/engineStatus.js'
import type { ModelsTree } from './models/modelsTree.js'
import { readBankFiles } from './templates/bankFiles.js'
import type { TemplateStore } from './templates/templateStore.js'

/** What shows what the engine knows. */
interface Shown {
  readonly engine: EngineClient
  readonly store: TemplateStore
  readonly models: ModelsTree
  readonly status: EngineStatus
}

/** Asks the engine, which it starts, what banks hold and which models there are, and shows it. */
export async function loadBanks({ engine, store, models, status }: Shown): Promise<void> {
  const info = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: 'Starting the MedLSAM engine' },
    () => engine.ask(infoMethod),
  )
  for (const bank of info.banks) store.setBank(bank.name, { info: bank, problem: null })
  await readBankFiles(store, (path) => engine.ask(bankInfoMethod, { path }))
  models.show(info, await engine.ask(listModelsMethod))
  status.setProvider(info.localizer.provider)
}
