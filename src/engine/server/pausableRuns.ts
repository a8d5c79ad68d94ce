import type { MessageConnection } from 'vscode-jsonrpc'
import { datasetEventNotification, pauseNotification, type Numbered } from '../../protocol/rpc.js'
import type { DatasetEvent, DatasetOutcome, DatasetRequest } from '../../shared/datasetRun.js'
import { makePauseGate, type PauseGate } from '../dataset/pauseGate.js'
import type { Engine } from '../engine.js'
import { answer, type Answer, type Answering } from './answer.js'
import { segmentFolder } from './segmentFolder.js'
import { throttleEvents } from './throttle.js'

/** The runs of folders that were asked for and are not over, each of which can be paused, also while it waits. */
export class PausableRuns {
  private readonly gates = new Map<number, PauseGate>()

  constructor(
    private readonly connection: MessageConnection,
    private readonly engine: Engine,
  ) {
    connection.onNotification(pauseNotification, ({ run, paused }) => {
      if (paused) this.gates.get(run)?.pause()
      else this.gates.get(run)?.resume()
    })
  }

  /** Segments a folder when its turn comes, and tells of all that happens. */
  segment(
    { run, request }: Numbered<DatasetRequest>,
    { token, order }: Required<Pick<Answering, 'token' | 'order'>>,
  ): Answer<DatasetOutcome> {
    const gate = makePauseGate()
    this.gates.set(run, gate)
    const tell = (event: DatasetEvent): void =>
      void this.connection.sendNotification(datasetEventNotification, { run, event })
    const onWait = (): void => {
      tell({ kind: 'queued' })
    }
    const onEvent = throttleEvents(tell)
    return answer({ token, order, onWait }, (signal) =>
      segmentFolder(this.engine, request, { signal, gate, onEvent }),
    ).finally(() => this.gates.delete(run))
  }
}
