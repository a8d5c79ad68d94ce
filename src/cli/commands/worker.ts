import type { Command } from 'commander'
import { openEngine } from '../../engine/engine.js'
import { serveWorker } from '../../engine/dataset/workers/workerProcess.js'
import { toEngineOptions, withEngineFlags, type EngineFlags } from '../engineFlags.js'

/** `medlsam worker`: what `medlsam run` starts for each of its jobs; of no use to users. */
export function addWorker(program: Command): void {
  withEngineFlags(program.command('worker', { hidden: true })).action((flags: EngineFlags) => {
    // Ctrl-C reaches every process of a terminal; the one that started us decides what it means.
    process.on('SIGINT', () => undefined)
    process.on('SIGTERM', () => undefined)
    serveWorker(openEngine(toEngineOptions(flags)))
  })
}
