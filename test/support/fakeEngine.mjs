// Stands in for the engine process: answers over the same wire, blocks or dies on request.
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node'

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process))
/** Like a network run: nothing is heard meanwhile. */
function block(ms) {
  const until = Date.now() + ms
  while (Date.now() < until);
}
connection.onRequest('info', () => ({
  version: 'fake',
  setup: JSON.parse(process.env.MEDLSAM_ENGINE_SETUP),
  nodeArguments: process.execArgv,
}))
connection.onRequest('segment', async ({ run, request }, token) => {
  await connection.sendNotification('progress', {
    run,
    progress: { stage: 'localize', done: 1, total: 2, secondsLeft: 3 },
  })
  await connection.sendNotification('structure', { run, structure: { name: 'Larynx', status: 'found' } })
  await connection.sendNotification('earlyMask', {
    run,
    mask: { name: 'Larynx', volumeMl: 12, labelMapPath: `${request.previewFolder}/masks-1.nii.gz` },
  })
  if (request.scanPath === 'dies') process.exit(3)
  if (request.scanPath.startsWith('blocks')) block(request.scanPath === 'blocks briefly' ? 1000 : 20_000)
  if (request.scanPath === 'waits') await new Promise((resolve) => token.onCancellationRequested(resolve))
  return { labelMapPath: 'out.nii.gz', sidecar: {} }
})
connection.onRequest('models/testProviders', () => {
  block(1000)
  return { id: 'fake', chosen: 'cpu', trials: [] }
})
connection.onRequest('models/download', async ({ run, request }, token) => {
  await connection.sendNotification('progress', {
    run,
    progress: { stage: 'download', done: 1, total: 2, secondsLeft: 3 },
  })
  await new Promise((resolve) => {
    token.onCancellationRequested(resolve)
    setTimeout(resolve, 2000)
  })
  return { id: request.id }
})
connection.onRequest('refine', async ({ run, request }) => {
  await connection.sendNotification('earlyCorrection', { run, runs: request.points[0].pointMm.join(' ') })
  return { runs: 'all', made: 'all' }
})
connection.onRequest('segmentFolder', async (_, token) => {
  await new Promise((resolve) => token.onCancellationRequested(resolve))
  return { stopped: true }
})
process.on('disconnect', () => process.exit(0))
connection.listen()
