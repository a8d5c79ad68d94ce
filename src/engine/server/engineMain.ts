import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node'
import { ENGINE_SETUP_VARIABLE, engineSetupSchema } from '../../protocol/engineSetup.js'
import { defined } from '../../shared/defined.js'
import { openEngine } from '../engine.js'
import { serve } from './serve.js'

// The engine process of the extension: forked with an IPC channel, gone when the channel closes.

const setup = engineSetupSchema.parse(
  JSON.parse(process.env[ENGINE_SETUP_VARIABLE] ?? '{"provider":"auto","threads":0}'),
)

/** Users look at a result for a while before they go on; the networks of an editor left open overnight are only in the way. */
const IDLE_SECONDS = 600
/** A hundred slices of a SAM. */
const EMBEDDINGS_MAX_BYTES = 400 * 2 ** 20

const engine = openEngine({
  idleSeconds: IDLE_SECONDS,
  embeddingsMaxBytes: EMBEDDINGS_MAX_BYTES,
  provider: setup.provider,
  ...defined({
    // 0 and nothing stand for the defaults.
    threads: setup.threads > 0 ? setup.threads : undefined,
    modelsFolder: setup.modelsFolder === '' ? undefined : setup.modelsFolder,
    offline: setup.offline,
  }),
  network: defined({
    proxy: setup.proxy,
    noProxy: setup.noProxy,
    proxyAuthorization: setup.proxyAuthorization,
    strictTls: setup.strictTls,
  }),
})
const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process))
serve(connection, engine)
process.on('disconnect', () => process.exit(0))
connection.listen()
