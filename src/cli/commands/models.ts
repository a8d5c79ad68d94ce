import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { defined } from '../../shared/defined.js'
import {
  FITS,
  NORMALISATIONS,
  PRECISIONS,
  type Fit,
  type InstalledModel,
  type ModelSummary,
  type Normalisation,
  type Precision,
  type ProviderTrial,
  type VariantSummary,
} from '../../shared/modelTypes.js'
import type { Engine, RunHooks } from '../../engine/engine.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { DEFAULT_SEGMENTER, nameOf } from '../../engine/models/segmenters.js'
import type { DownloadHooks } from '../../engine/models/install/downloadModel.js'
import { bytesListener } from '../../engine/pipeline/stageClock.js'
import { runCommand, type CommandOutput, type EngineFlags } from '../command.js'
import { EXIT } from '../exitCodes.js'
import { oneOf, withEngineFlags } from '../parse.js'
import { errorLine } from '../remedyText.js'
import { addModelsBench } from './modelsBench.js'

interface DownloadFlags extends EngineFlags {
  readonly precision?: Precision
  readonly acceptLicense?: boolean
  readonly acceptUnverified?: boolean
}

interface ImportFlags extends EngineFlags {
  readonly id?: string
  readonly title?: string
  readonly precision?: Precision
  readonly normalisation?: Normalisation
  readonly fit?: Fit
}

/** `medlsam models list|info|download|import|verify|remove|test|gpu-runtime|bench` */
export function addModelsCommands(program: Command): void {
  const models = program
    .command('models')
    .description('models that are built in, installed, or can be downloaded or imported')

  withEngineFlags(models.command('list'))
    .description('all models and where they stand')
    .action((flags: EngineFlags) =>
      runCommand(flags, async (engine) => {
        const info = await engine.models.list()
        return done(info, [...table(info.models), '', ...info.problems, `Models folder: ${info.folder}`])
      }),
    )

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

  withEngineFlags(models.command('download'))
    .description('download a model; continues what was cut off, checks its SHA-256')
    .argument('<id>', 'id of a model')
    .option('--precision <p>', 'fp32, fp16 or int8 (default: the first there is)', oneOf(PRECISIONS))
    .option('--accept-license', 'you have read and accept the licence that "medlsam models info" names')
    .option('--accept-unverified', 'take files for which nobody has published a SHA-256, and remember how they came')
    .action((id: string, flags: DownloadFlags) =>
      runCommand(flags, async (engine, hooks) => {
        const { precision: wanted, acceptLicense, acceptUnverified } = flags
        const request = {
          id,
          ...(wanted === undefined ? {} : { precision: wanted }),
          ...(acceptLicense === undefined ? {} : { acceptLicense }),
          ...(acceptUnverified === undefined ? {} : { acceptUnverified }),
        }
        const model = await engine.models.download(request, transfer(hooks))
        return done(model, [`${model.title} (${model.precision}) is installed: ${await useText(engine, model)}.`])
      }),
    )

  withEngineFlags(models.command('import'))
    .description(
      'take a checkpoint or finished ONNX files into the models folder; what they are is recognised from their tensors, or inputs and outputs',
    )
    .argument(
      '<files...>',
      "a checkpoint (.pth, .safetensors) of SAM ViT-B, MedSAM or MedLAM; or the .onnx files of one model and what lies beside them (.onnx_data, .npy, a localizer's card)",
    )
    .option('--id <id>', 'id to register it under; one of the registry, such as medsam-vit-b, brings its preprocessing')
    .option('--title <text>', 'what people call it')
    .option('--precision <p>', 'fp32, fp16 or int8 (default: fp32)', oneOf(PRECISIONS))
    .option(
      '--normalisation <n>',
      'how pictures were prepared in training, where the graphs leave it open: sam, minMax (MedSAM), unit or inside',
      oneOf(NORMALISATIONS),
    )
    .option(
      '--fit <f>',
      'how pictures filled the square in training: pad or stretch (default: what goes with --normalisation)',
      oneOf(FITS),
    )
    .action((files: readonly string[], flags: ImportFlags) =>
      runCommand(flags, async (engine, hooks) => {
        const { id, title, precision: stored, normalisation: normalised, fit: fitted } = flags
        const request = {
          files,
          ...(id === undefined ? {} : { id }),
          ...(title === undefined ? {} : { title }),
          ...(stored === undefined ? {} : { precision: stored }),
          ...(normalised === undefined ? {} : { normalisation: normalised }),
          ...(fitted === undefined ? {} : { fit: fitted }),
        }
        const model = await engine.models.import(request, transfer(hooks))
        return done(model, [
          `${model.title} is installed: ${model.use.task === 'segment' ? `layout ${model.use.layout}; ` : ''}${await useText(engine, model)}.`,
        ])
      }),
    )

  withEngineFlags(models.command('verify'))
    .description('compare installed files with their recorded SHA-256')
    .argument('[id]', 'id of a model (default: all installed ones)')
    .action((id: string | undefined, flags: EngineFlags) =>
      runCommand(flags, async (engine) => {
        const files = await engine.models.verify(id === undefined ? null : { id })
        const lines = files.map(({ id: model, precision, state, path, problem: message }) =>
          message === undefined
            ? `${state.padEnd(8)} ${path}`
            : errorLine({ message, remedy: { option: 'removeModel', id: model, precision } }),
        )
        return {
          document: files,
          lines: lines.length === 0 ? ['Nothing is installed.'] : lines,
          exitCode: files.every(({ state }) => state === 'intact') ? EXIT.allFound : EXIT.badInput,
        }
      }),
    )

  withEngineFlags(models.command('remove'))
    .description('delete an installed model')
    .argument('<id>', 'id of a model')
    .option('--precision <p>', 'only this precision', oneOf(PRECISIONS))
    .action((id: string, flags: EngineFlags & { readonly precision?: Precision }) =>
      runCommand(flags, async (engine) => {
        const removed = await engine.models.remove({
          id,
          ...(flags.precision === undefined ? {} : { precision: flags.precision }),
        })
        return done(
          { removed },
          removed.map((folder) =>
            existsSync(folder) ? `Removed the model from ${folder}, where other files stay` : `Removed ${folder}`,
          ),
        )
      }),
    )

  withEngineFlags(models.command('test'))
    .description('time one encode per provider and remember which one "--provider auto" takes here')
    .argument('[id]', 'id of an installed segmenter', DEFAULT_SEGMENTER)
    .action((id: string, flags: EngineFlags) =>
      runCommand(flags, async (engine, { signal }) => {
        const report = await engine.models.testProviders(id, {
          ...(signal === undefined ? {} : { signal }),
          ...(flags.threads === undefined ? {} : { threads: flags.threads }),
        })
        return done(report, [
          ...report.trials.map(trialLine),
          `"auto" takes ${report.chosen} for ${id} on this machine.`,
        ])
      }),
    )

  withEngineFlags(models.command('gpu-runtime'))
    .description('fetch the CUDA and TensorRT files of ONNX Runtime, which its npm package leaves out (Linux x64)')
    .option(
      '--accept-unverified',
      'take the package although no SHA-256 is pinned, checked against what NuGet publishes',
    )
    .option('--check', 'only say whether they are needed and there')
    .action((flags: EngineFlags & { readonly acceptUnverified?: boolean; readonly check?: boolean }) =>
      runCommand(flags, async (engine, hooks) => {
        const info =
          flags.check === true
            ? await engine.models.gpuRuntime()
            : await engine.models.downloadGpuRuntime(flags.acceptUnverified === true, transfer(hooks))
        return done(info, [info.about, info.installed ? 'They are installed.' : 'They are not installed.'])
      }),
    )
  addModelsBench(models)
}

/** How to use what has just been installed. */
async function useText(engine: Engine, model: InstalledModel): Promise<string> {
  return model.use.task === 'segment'
    ? `use it with --segmenter ${await nameOf(model, engine.models.folder)}`
    : `use it with --medlam ${model.id}`
}

function trialLine({ provider, encodeMs, difference, problem }: ProviderTrial): string {
  const time = encodeMs === null ? '' : `${encodeMs.toFixed(0)} ms`
  const error = difference === null ? '' : `differs by ${(100 * difference).toFixed(2)} %`
  return `${provider.padEnd(9)} ${time.padStart(8)}  ${error}${problem === null ? '' : `  ${problem}`}`.trimEnd()
}

function done(document: unknown, lines: readonly string[]): CommandOutput {
  return { document, lines, exitCode: EXIT.allFound }
}

function transfer({ onProgress, signal }: RunHooks): Pick<DownloadHooks, 'signal' | 'onBytes'> {
  return defined({ signal, onBytes: bytesListener(onProgress) })
}

/** One line for each precision of each model. */
function table(models: readonly ModelSummary[]): string[] {
  const rows = models.flatMap((model) =>
    model.variants.length === 0
      ? [[model.id, model.task, '', 'import only', '', model.license?.spdx ?? '']]
      : model.variants.map((variant) => [
          model.id,
          model.task,
          variant.precision,
          variant.state,
          megabytes(variant),
          model.license?.spdx ?? '',
        ]),
  )
  const all = [['id', 'task', 'precision', 'state', 'MB', 'licence'], ...rows]
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)))
  return all.map((row) =>
    row
      .map((cell, column) => (column === 4 ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd(),
  )
}

function megabytes({ sizeBytes }: VariantSummary): string {
  return sizeBytes === null ? '?' : (sizeBytes / 1e6).toFixed(1)
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
