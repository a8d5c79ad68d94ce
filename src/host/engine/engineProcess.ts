import { fork, type ChildProcess } from 'node:child_process'
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node'
import { ENGINE_SETUP_VARIABLE, type EngineSetup } from '../../protocol/engineSetup.js'
import { EngineDied } from './engineErrors.js'
import { inspectArguments } from './inspectArguments.js'

/** Whether the engine process is there. */
export type EngineState = 'stopped' | 'running'

/** How the process is started. */
export interface EngineProcessOptions {
  readonly modulePath: string
  /** May throw when a setting cannot be used; the request that would start the process then fails for that. */
  readonly setup: () => EngineSetup
  readonly onState: (state: EngineState) => void
  /** Receives what the process prints, for the log. */
  readonly onOutput: (text: string) => void
}

/** What is asked over the wire; the token tells the process to stop it. */
export type Work<T> = (connection: MessageConnection, token: CancellationToken) => Promise<T>

/** A request on its way. */
export interface Sent<T> {
  /** Rejects also when the process ends. */
  readonly answer: Promise<T>
  /** Resolves when the process works on it no longer. */
  readonly ended: Promise<void>
  /** Tells the process to stop it; kills the process after that time, unless that is null or something else is asked of it. */
  stop(patienceMs: number | null): void
}

interface Running {
  readonly child: ChildProcess
  readonly connection: MessageConnection
  /** Never resolves; rejects when the process ends. */
  readonly death: Promise<never>
  /** What it was started with, as text. */
  readonly setup: string
  /** What it has not answered yet. */
  readonly requests: Set<{ stopping: boolean }>
}

/** The life of the engine process: it starts with the first request, and again after it was stopped or died. */
export class EngineProcess {
  private running: Running | undefined

  /** @param onConnect listens to what a process that was just started tells by itself */
  constructor(
    private readonly options: EngineProcessOptions,
    private readonly onConnect: (connection: MessageConnection) => void,
  ) {}

  state(): EngineState {
    return this.running === undefined ? 'stopped' : 'running'
  }

  pid(): number | undefined {
    return this.running?.child.pid
  }

  /** Whether it still owes an answer. */
  isBusy(): boolean {
    return (this.running?.requests.size ?? 0) > 0
  }

  /** Asks the process for something; starts it where it is not there. */
  send<T>(work: Work<T>): Sent<T> {
    const { child, connection, death, requests } = (this.running ??= this.start())
    const source = new CancellationTokenSource()
    const request = { stopping: false }
    requests.add(request)
    let killer: NodeJS.Timeout | undefined
    const answer = Promise.race([work(connection, source.token), death])
    const end = (): void => {
      clearTimeout(killer)
      requests.delete(request)
      this.renew()
    }
    return {
      answer,
      ended: answer.then(end, end),
      stop: (patienceMs) => {
        if (!requests.has(request)) return
        request.stopping = true
        source.cancel()
        if (patienceMs === null) return
        // The engine cannot hear this while a network is loaded or run, which blocks it. Killing would end downloads,
        // imports and the run of a folder too; with one of them the few seconds that such a call takes are waited for,
        // which nobody sees.
        killer = setTimeout(() => {
          if ([...requests].every(({ stopping }) => stopping)) child.kill('SIGKILL')
        }, patienceMs)
      },
    }
  }

  /** Tells the process something, where it is there. */
  tell(notify: (connection: MessageConnection) => Promise<void>): void {
    if (this.running !== undefined) void notify(this.running.connection)
  }

  /** Stops the process as soon as nothing is asked of it, where its set-up is no longer the one it was started with; the next request starts a new one. */
  renew(): void {
    if (this.running?.requests.size === 0 && this.running.setup !== this.setupText()) this.stop()
  }

  /** Kills the process; the next request starts a new one. */
  stop(): void {
    const child = this.running?.child
    this.running = undefined
    if (child?.kill('SIGKILL') === true) this.options.onState('stopped')
  }

  private start(): Running {
    const setup = JSON.stringify(this.options.setup())
    const child = fork(this.options.modulePath, [], {
      // In a desktop VS Code the executable is Electron, which must be told to be plain Node.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', ELECTRON_NO_ASAR: '1', [ENGINE_SETUP_VARIABLE]: setup },
      execArgv: [...inspectArguments(process.env)],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    const log = (data: Buffer): void => {
      this.options.onOutput(data.toString())
    }
    child.stdout?.on('data', log)
    child.stderr?.on('data', log)
    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child))
    this.onConnect(connection)
    connection.onError(([error]) => {
      this.options.onOutput(`${error.message}\n`)
    })
    const death = this.watch(child, connection)
    connection.listen()
    this.options.onState('running')
    return { child, connection, death, setup, requests: new Set() }
  }

  /** Rejects with the reason when the process ends. */
  private watch(child: ChildProcess, connection: MessageConnection): Promise<never> {
    const death = new Promise<never>((_, reject) => {
      child.once('error', (error) => {
        // One that never started never exits.
        if (child.pid === undefined) this.forget(child)
        reject(new EngineDied(`The engine could not be started (${error.message}). Reinstall the extension.`))
      })
      child.once('exit', (code, signal) => {
        const isMeant = this.running?.child !== child
        this.forget(child)
        // First the reason, then the wire: disposing it rejects what is pending with a less helpful one.
        reject(
          new EngineDied(
            isMeant
              ? 'The engine was stopped: try again.'
              : `The engine stopped unexpectedly (${signal ?? `exit code ${String(code)}`}): try again.`,
          ),
        )
        connection.dispose()
      })
    })
    // Only requests care; without one nobody would catch it.
    death.catch(() => undefined)
    return death
  }

  private forget(child: ChildProcess): void {
    if (this.running?.child !== child) return
    this.running = undefined
    this.options.onState('stopped')
  }

  /** Null when a setting cannot be used, which the next request says. */
  private setupText(): string | null {
    try {
      return JSON.stringify(this.options.setup())
    } catch {
      return null
    }
  }
}
