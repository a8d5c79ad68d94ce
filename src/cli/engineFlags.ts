import type { Command } from 'commander'
import { defined } from '../shared/defined.js'
import { PROVIDER_REQUESTS, type ProviderRequest } from '../protocol/engineSetup.js'
import type { EngineOptions } from '../engine/engine.js'
import { oneOf, wholeNumber } from './parse.js'

/** Options of every command with an engine, as commander hands them over. */
export interface EngineFlags {
  readonly json?: boolean
  readonly provider?: ProviderRequest
  readonly threads?: number
  readonly medlam?: string
  readonly modelsFolder?: string
  readonly offline?: boolean
}

/** Adds those options. */
export function withEngineFlags(command: Command): Command {
  return command
    .option('--json', 'print one JSON document on stdout and nothing else')
    .option('--provider <name>', `execution provider: ${PROVIDER_REQUESTS.join(', ')}`, oneOf(PROVIDER_REQUESTS))
    .option('--threads <n>', 'threads inside one operator (default: one per core)', wholeNumber(1))
    .option('--medlam <model>', 'another localization model: id of an installed one, or its card (.json)')
    .option(
      '--models-folder <folder>',
      'where downloaded and imported models lie (default: MEDLSAM_MODELS_FOLDER, or the user data folder)',
    )
    .option('--offline', 'never download anything')
}

/** The engine that they ask for. */
export function toEngineOptions({ provider, threads, medlam, modelsFolder, offline }: EngineFlags): EngineOptions {
  return defined({ provider, threads, medlamCard: medlam, modelsFolder, offline })
}

/** The same options as arguments, for a process of ours that is to use the same engine. */
export function engineArguments({ provider, threads, medlam, modelsFolder, offline }: EngineFlags): string[] {
  return [
    ...(provider === undefined ? [] : ['--provider', provider]),
    ...(threads === undefined ? [] : ['--threads', String(threads)]),
    ...(medlam === undefined ? [] : ['--medlam', medlam]),
    ...(modelsFolder === undefined ? [] : ['--models-folder', modelsFolder]),
    ...(offline === true ? ['--offline'] : []),
  ]
}
