import { toErrorData } from '../shared/medlsamError.js'
import { openEngine, type Engine, type RunHooks } from '../engine/engine.js'
import { toEngineOptions, type EngineFlags } from './engineFlags.js'
import { EXIT, exitCodeOfError } from './exitCodes.js'
import { startProgressBar } from './progressBar.js'
import { errorLine } from './remedyFlags.js'
import { terminalJson, terminalText } from './terminal.js'

/** What an error on stderr begins with. */
export const ERROR_PREFIX = 'medlsam: '

/** What a command returns: a document for programs, lines for users, and an exit code. */
export interface CommandOutput {
  readonly document: unknown
  readonly lines: readonly string[]
  readonly exitCode: number
}

/**
 * Runs a command around an engine: progress on stderr, Ctrl-C once to stop between network runs and
 * twice to stop now, errors as one sentence (or one JSON document), and the exit code.
 */
export async function runCommand(
  flags: EngineFlags,
  work: (engine: Engine, hooks: RunHooks) => Promise<CommandOutput>,
): Promise<void> {
  const abort = new AbortController()
  const interrupt = (): void => {
    if (abort.signal.aborted) process.exit(EXIT.interrupted)
    abort.abort()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  const bar = startProgressBar()
  let engine: Engine | undefined
  try {
    engine = openEngine(toEngineOptions(flags))
    const output = await work(engine, { onProgress: bar.listen, signal: abort.signal })
    bar.stop()
    print(flags, output)
    process.exitCode = output.exitCode
  } catch (error) {
    bar.stop()
    const data = toErrorData(error)
    if (flags.json === true) process.stdout.write(terminalJson({ error: data }, 2))
    else process.stderr.write(terminalText(`${ERROR_PREFIX}${errorLine(data)}`))
    if (data.kind === 'internal' && error instanceof Error && process.env['MEDLSAM_DEBUG'] !== undefined) {
      process.stderr.write(`${error.stack ?? ''}\n`)
    }
    process.exitCode = exitCodeOfError(data.kind)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    await engine?.close()
  }
}

function print(flags: EngineFlags, { document, lines }: CommandOutput): void {
  process.stdout.write(flags.json === true ? terminalJson(document, 2) : terminalText(lines.join('\n')))
}
