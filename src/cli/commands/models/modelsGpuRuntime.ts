import type { Command } from 'commander'
import { runCommand } from '../../command.js'
import { withEngineFlags, type EngineFlags } from '../../engineFlags.js'
import { done, transfer } from './modelsOutput.js'

/** `medlsam models gpu-runtime` */
export function addModelsGpuRuntime(models: Command): void {
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
}
