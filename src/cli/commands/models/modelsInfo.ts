import type { Command } from 'commander'
import { MedlsamError } from '../../../shared/medlsamError.js'
import type { ModelSummary, VariantSummary } from '../../../shared/modelTypes.js'
import { runCommand } from '../../command.js'
import { withEngineFlags, type EngineFlags } from '../../engineFlags.js'
import { done } from './modelsOutput.js'

/** `medlsam models info ID` */
export function addModelsInfo(models: Command): void {
  withEngineFlags(models.command('info'))
    .description('everything about a model: files, licence, where it comes from, how to get it')
    .argument('<id>', 'id of a model')
    .action((id: string, flags: EngineFlags) =>
      runCommand(flags, async (engine) => {
        const { models: all } = await engine.models.list()
        const model = all.find((candidate) => candidate.id === id)
        if (model === undefined)
          throw new MedlsamError(
            'usage',
            `There is no model "${id}": there are ${all.map((candidate) => candidate.id).join(', ')}.`,
          )
        return done(model, describe(model))
      }),
    )
}

function describe(model: ModelSummary): string[] {
  const { license } = model
  return [
    `${model.title} (${model.id})`,
    `Task:       ${model.task === 'segment' ? 'segments inside boxes' : 'localizes'}${model.layout === null ? '' : `, layout ${model.layout}`}${model.inputSizePx === null ? '' : `, ${model.inputSizePx} px`}`,
    ...(model.preprocessing === null
      ? []
      : [`Pictures:   normalisation ${model.preprocessing.normalisation}, fit ${model.preprocessing.fit}`]),
    `From:       ${model.provenance}`,
    `Licence:    ${license === null ? 'not known' : `${license.spdx}, ${license.url}${license.permissive ? '' : ' (must be accepted)'}`}`,
    ...(license?.note === undefined ? [] : [`            ${license.note}`]),
    ...(model.importHint === null ? [] : [`To get it:  ${model.importHint}`]),
    ...model.variants.flatMap((variant) => [
      `${variant.precision.padEnd(4)}        ${variant.state}, ${megabytes(variant)} MB${variant.hashesKnown ? '' : ', no published SHA-256 for all files'}`,
      ...variant.files.map((file) => `            ${file}`),
    ]),
  ]
}

/** Size of a precision's files for users. */
export function megabytes({ sizeBytes }: VariantSummary): string {
  return sizeBytes === null ? '?' : (sizeBytes / 1e6).toFixed(1)
}
