import type { EngineInfo, TemplatesInfo } from '../../protocol/rpc.js'
import type { Engine } from '../engine.js'
import { listBuiltInBanks } from '../models/assets.js'
import { isUsableSegmenter } from '../models/catalog.js'
import { listedProviders } from '../runtime/onnx.js'
import type { BuiltBank } from '../templates/buildBank.js'
import { TOOL_VERSION } from '../version.js'

/** What is installed: models, providers, built-in banks. */
export async function engineInfo(engine: Engine): Promise<EngineInfo> {
  const model = await engine.medlam()
  const names = await listBuiltInBanks(engine.sources.assetsFolder)
  const banks: TemplatesInfo[] = []
  for (const name of names) banks.push({ ...templatesInfo(await engine.templates(name)), name })
  const used = [...new Set(engine.networks().map((network) => network.provider))]
  return {
    version: TOOL_VERSION,
    providers: listedProviders(),
    localizer: { id: model.card.id, kind: model.card.kind, sha256: model.hash, provider: used.join(', ') },
    segmenters: (await engine.models.list()).models.filter(isUsableSegmenter).map(({ id, title }) => ({ id, title })),
    banks,
  }
}

/** What the bank in a file holds. @throws MedlsamError `template` when it cannot be used */
export async function bankInfo(engine: Engine, file: string): Promise<TemplatesInfo> {
  return templatesInfo(await engine.templates(file))
}

function templatesInfo({ bank, problems }: BuiltBank): TemplatesInfo {
  return {
    name: bank.name,
    credit: bank.credit,
    structures: bank.structures,
    templates: bank.templates.map(({ id, structures }) => ({ id, structures: [...structures.keys()] })),
    problems,
  }
}
