import { existsSync } from 'node:fs'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { EngineClient } from '../src/host/engine/engineClient.js'
import { infoMethod, segmentMethod } from '../src/protocol/rpc.js'

/** How long the event loop of a host was held during a run. */
export interface HostLoop {
  readonly longestMs: number
  readonly percentile99Ms: number
  /** Messages of the engine that the host worked on. */
  readonly messages: number
}

const ENGINE = path.resolve(import.meta.dirname, '../dist/engine.mjs')

/**
 * Runs a scan as the extension host does, with the same client and the engine in a process of its own, and
 * watches this process meanwhile. `npm run test:integration` measures the same inside VS Code.
 */
export async function measureHostLoop(scan: string, folder: string): Promise<HostLoop> {
  if (!existsSync(ENGINE)) throw new Error('There is no dist/engine.mjs: run "npm run build" first.')
  const client = new EngineClient({
    modulePath: ENGINE,
    setup: () => ({ provider: 'cpu', threads: 0 }),
    onState: () => undefined,
    onOutput: () => undefined,
  })
  const delay = monitorEventLoopDelay({ resolution: 5 })
  let messages = 0
  const count = (): void => {
    messages += 1
  }
  try {
    await client.ask(infoMethod)
    delay.enable()
    await client.run(
      segmentMethod,
      {
        scanPath: scan,
        templates: 'head-neck',
        out: path.join(folder, 'host.nii.gz'),
        previewFolder: path.join(folder, 'early'),
        options: { sliceStep: 4 },
      },
      { signal: new AbortController().signal, onProgress: count, onStructure: count, onEarlyMask: count },
    )
    delay.disable()
  } finally {
    client.stop()
  }
  return { longestMs: delay.max / 1e6, percentile99Ms: delay.percentile(99) / 1e6, messages }
}
