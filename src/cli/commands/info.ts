import type { Command } from 'commander'
import { listBuiltInBanks } from '../../engine/models/assets.js'
import { isUsableSegmenter } from '../../engine/models/catalog.js'
import { listedProviders } from '../../engine/runtime/onnx.js'
import { TOOL_VERSION } from '../../engine/version.js'
import { runCommand } from '../command.js'
import { withEngineFlags, type EngineFlags } from '../engineFlags.js'
import { EXIT } from '../exitCodes.js'

/** `medlsam info [--templates SET]` */
export function addInfo(program: Command): void {
  withEngineFlags(program.command('info'))
    .description('version, models, providers, built-in banks, and the structures of templates')
    .option('--templates <set>', 'a template set, a bank file, or a built-in bank')
    .action((flags: EngineFlags & { readonly templates?: string }) =>
      runCommand(flags, async (engine, hooks) => {
        const banks = await listBuiltInBanks(engine.sources.assetsFolder)
        const model = await engine.medlam()
        const built = flags.templates === undefined ? null : await engine.templates(flags.templates, hooks)
        const document = {
          tool: { name: 'medlsam', version: TOOL_VERSION },
          providers: listedProviders(),
          localizer: { id: model.card.id, kind: model.card.kind, hash: model.hash },
          segmenters: (await engine.models.list()).models
            .filter(isUsableSegmenter)
            .map(({ id, title, variants }) => ({ id, title, variants })),
          banks,
          templates:
            built === null
              ? null
              : {
                  name: built.bank.name,
                  credit: built.bank.credit,
                  problems: built.problems,
                  templates: built.bank.templates.map(({ id, sha256 }) => ({ id, sha256 })),
                  structures: built.bank.structures.map((structure) => ({
                    ...structure,
                    templates: built.bank.templates.filter((template) => template.structures.has(structure.name))
                      .length,
                  })),
                },
        }
        return {
          document,
          lines: [
            `medlsam ${TOOL_VERSION}`,
            `Providers:  ${document.providers.join(', ')}`,
            `Localizer:  ${model.card.id} (${model.card.kind})`,
            `Segmenters: ${document.segmenters.map(({ id, title }) => `${id}: ${title}`).join('; ')}`,
            `Banks:      ${banks.join(', ')}`,
            ...(document.templates?.structures.map(
              ({ name, labelValue, templates }) =>
                `  ${String(labelValue).padStart(3)} ${name} (${templates} templates)`,
            ) ?? []),
            ...(document.templates?.problems ?? []),
          ],
          exitCode: EXIT.allFound,
        }
      }),
    )
}
