import type { Command } from 'commander'
import { defined } from '../../../shared/defined.js'
import {
  FITS,
  NORMALISATIONS,
  PRECISIONS,
  type Fit,
  type Normalisation,
  type Precision,
} from '../../../shared/modelTypes.js'
import { runCommand } from '../../command.js'
import { withEngineFlags, type EngineFlags } from '../../engineFlags.js'
import { oneOf } from '../../parse.js'
import { done, transfer, useText } from './modelsOutput.js'

interface ImportFlags extends EngineFlags {
  readonly id?: string
  readonly title?: string
  readonly precision?: Precision
  readonly normalisation?: Normalisation
  readonly fit?: Fit
}

/** `medlsam models import FILES` */
export function addModelsImport(models: Command): void {
  withEngineFlags(models.command('import'))
    .description(
      'take a checkpoint or finished ONNX files into the models folder; what they are is recognised from their tensors, or inputs and outputs',
    )
    .argument(
      '<files...>',
      "a checkpoint (.pth, .safetensors) of SAM ViT-B, MedSAM or MedLAM; or the .onnx files of one model and what lies beside them (.onnx_data, .npy, a localizer's card)",
    )
    .option('--id <id>', 'id to register it under; one of the registry, such as medsam-vit-b, brings its preprocessing')
    .option('--title <text>', 'name for users')
    .option('--precision <p>', 'fp32, fp16 or int8 (default: fp32)', oneOf(PRECISIONS))
    .option(
      '--normalisation <n>',
      'how slice images were prepared in training, where the graphs leave it open: sam, minMax (MedSAM), unit or inside',
      oneOf(NORMALISATIONS),
    )
    .option(
      '--fit <f>',
      'how slice images filled the square in training: pad or stretch (default: what goes with --normalisation)',
      oneOf(FITS),
    )
    .action((files: readonly string[], flags: ImportFlags) =>
      runCommand(flags, async (engine, hooks) => {
        const { id, title, precision, normalisation, fit } = flags
        const request = defined({ files, id, title, precision, normalisation, fit })
        const model = await engine.models.import(request, transfer(hooks))
        return done(model, [
          `${model.title} is installed: ${model.use.task === 'segment' ? `layout ${model.use.layout}; ` : ''}${await useText(engine, model)}.`,
        ])
      }),
    )
}
