import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { makeFolders } from '../../shared/node/makeFolders.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import type { TemplateBank } from '../medlam/templateBank.js'
import { readBank, writeBank } from '../medlam/bankFile.js'
import type { MedlamModel } from '../medlam/model.js'
import { builtInBankPath, listBuiltInBanks } from '../models/assets.js'
import { AUTO_TEMPLATES } from '../../shared/requests.js'
import { joinBanks } from './builtInBanks.js'
import { buildBank, templateProblem, type BuildBankOptions, type BuiltBank } from './buildBank.js'
import { readTemplateSet } from './templateSetFile.js'

/** Where banks come from and where they are kept. */
export interface TemplateSources {
  readonly assetsFolder: string
  /** Folder for banks built from template sets. */
  readonly cacheFolder: string
}

/**
 * Turns what the user calls templates into a bank: the name of a built-in bank, a bank file, or a
 * template set file (encoded once, then kept in the cache).
 * @throws MedlsamError `template`
 */
export async function resolveTemplates(
  model: MedlamModel,
  templates: string,
  sources: TemplateSources,
  options: BuildBankOptions = {},
): Promise<BuiltBank> {
  const builtIn = builtInBankPath(sources.assetsFolder, templates)
  if (!existsSync(templates)) {
    if (templates === AUTO_TEMPLATES) return allBuiltIn(model, sources)
    if (path.basename(templates) === templates && existsSync(builtIn))
      return { bank: await readMatchingBank(model, builtIn), problems: [], leftOut: [] }
    const names = await listBuiltInBanks(sources.assetsFolder)
    throw new MedlsamError(
      'template',
      `There are no templates "${templates}": name a template set, a bank file, or one of the built-in banks (${names.join(', ')}), or ${AUTO_TEMPLATES} for the one that fits.`,
      templates,
    )
  }
  if (templates.endsWith('.msgpack'))
    return { bank: await readMatchingBank(model, templates), problems: [], leftOut: [] }
  return bankOfSet(model, templates, sources.cacheFolder, options)
}

/** Counts up when what is kept of a template for alignment changes. */
const ALIGNMENT_VERSION = 1

async function allBuiltIn(model: MedlamModel, { assetsFolder }: TemplateSources): Promise<BuiltBank> {
  const choices: TemplateBank[] = []
  for (const name of await listBuiltInBanks(assetsFolder))
    choices.push(await readMatchingBank(model, builtInBankPath(assetsFolder, name)))
  return { bank: joinBanks(choices), choices, problems: [], leftOut: [] }
}

async function readMatchingBank(model: MedlamModel, file: string): Promise<TemplateBank> {
  const bank = await readBank(file)
  if (bank.modelHash !== model.hash) {
    throw new MedlsamError(
      'template',
      `The template bank ${file} was built with another localization model (${bank.modelId}): build it again from its template set.`,
      file,
      { remedy: { option: 'buildBank' } },
    )
  }
  return bank
}

async function bankOfSet(
  model: MedlamModel,
  setFile: string,
  cacheFolder: string,
  options: BuildBankOptions,
): Promise<BuiltBank> {
  const set = await readTemplateSet(setFile)
  // Only what the latents depend on: a renamed or recoloured structure must not cost an encoding.
  const key = createHash('sha256')
    .update(
      JSON.stringify([
        model.hash,
        ALIGNMENT_VERSION,
        set.scans.filter((scan) => scan.enabled).map(({ sha256, structures }) => [sha256, structures]),
      ]),
    )
    .digest('hex')
  const cached = path.join(cacheFolder, 'banks', `${key}.msgpack`)
  // A cache file that cannot be read is no reason to stop: it is built again.
  const kept = existsSync(cached) ? await readMatchingBank(model, cached).catch(() => null) : null
  if (kept !== null) {
    const problems = (
      await Promise.all(set.scans.filter((scan) => scan.enabled).map((scan) => templateProblem(setFile, scan)))
    ).flatMap((p) => p ?? [])
    if (problems.length === 0)
      return { bank: { ...kept, name: set.name, structures: set.structures }, problems, leftOut: [] }
  }
  const built = await buildBank(model, set, setFile, options)
  if (built.bank.templates.length < set.scans.filter((scan) => scan.enabled).length) return built
  try {
    await makeFolders(path.dirname(cached))
    await writeBank(cached, built.bank)
    return built
  } catch (error) {
    // The run can go on without a cache; the next one will encode the templates again.
    const why = error instanceof Error ? error.message : String(error)
    return { ...built, problems: [...built.problems, `The encoded templates could not be kept for next time: ${why}`] }
  }
}
