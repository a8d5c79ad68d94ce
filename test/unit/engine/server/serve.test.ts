import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import {
  CancellationTokenSource,
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node'
import { expect, it } from 'vitest'
import type { DatasetEvent } from '../../../../src/shared/datasetRun.js'
import type { ExtremePoints } from '../../../../src/shared/geometry/points.js'
import {
  addTemplateMethod,
  checkTemplatesMethod,
  datasetEventNotification,
  pauseNotification,
  progressNotification,
  segmentFolderMethod,
  segmentMethod,
} from '../../../../src/protocol/rpc.js'
import { openEngine } from '../../../../src/engine/engine.js'
import { serve } from '../../../../src/engine/server/serve.js'
import { cliIsBuilt } from '../../../support/cli.js'
import { tempFolder } from '../../../support/tempFolder.js'
import { writeTinyModels, writeTinyScan } from '../../../support/tinyModels.js'

const points: ExtremePoints = {
  inferior: [0, 0, -9],
  posterior: [0, -9, 0],
  right: [9, 0, 0],
  superior: [0, 0, 9],
  anterior: [0, 9, 0],
  left: [-9, 0, 0],
}

// An engine needs the folder of built-in models, which the build makes.
it.skipIf(!cliIsBuilt)(
  'adds templates, lets others wait who are told so, and answers what is cancelled while a folder is paused',
  async () => {
    const folder = tempFolder()
    const { medlamCard, segmenter, bank } = await writeTinyModels(path.join(folder, 'models'))
    mkdirSync(path.join(folder, 'scans'))
    const scanPath = path.join(folder, 'scans/a_ct.nii.gz')
    await writeTinyScan(scanPath, 1)
    const engine = openEngine({ medlamCard })
    const [there, back] = [new PassThrough(), new PassThrough()]
    const server = createMessageConnection(new StreamMessageReader(there), new StreamMessageWriter(back))
    const client = createMessageConnection(new StreamMessageReader(back), new StreamMessageWriter(there))
    const events: DatasetEvent['kind'][] = []
    const waiting: DatasetEvent[] = []
    client.onNotification(datasetEventNotification, ({ run: number, event }) => {
      if (number === 1) events.push(event.kind)
      else waiting.push(event)
    })
    serve(server, engine)
    server.listen()
    client.listen()

    const run = client.sendRequest(segmentFolderMethod, {
      run: 1,
      request: {
        folder: path.join(folder, 'scans'),
        settings: { templates: bank, segmenter, options: { minConfidence: 0 } },
      },
    })
    await client.sendNotification(pauseNotification, { run: 1, paused: true })
    await expect.poll(() => events, { timeout: 20_000 }).toContain('paused')

    const setPath = path.join(folder, 'mine.medlsam.json')
    await client.sendRequest(addTemplateMethod, {
      setPath,
      scanPath,
      source: { kind: 'points', structures: [{ name: 'Ball', color: '#e06c75', points }], markupsPath: null },
    })
    expect(readFileSync(setPath, 'utf8')).toContain('Ball')

    const told: (string | undefined)[] = []
    client.onNotification(progressNotification, ({ run: number, progress }) => {
      if (number !== 1) told.push(progress.detail)
    })
    const source = new CancellationTokenSource()
    const check = client.sendRequest(checkTemplatesMethod, { run: 2, request: { setPath } }, source.token)
    await expect.poll(() => told).toEqual(['waiting for the run that is going on'])
    told.length = 0
    const segment = client.sendRequest(
      segmentMethod,
      { run: 3, request: { scanPath, templates: bank, segmenter } },
      source.token,
    )
    await expect.poll(() => told).toEqual(['waiting for the run that is going on'])
    const folderRun = client.sendRequest(
      segmentFolderMethod,
      { run: 4, request: { folder: path.join(folder, 'scans'), settings: { templates: bank, segmenter } } },
      source.token,
    )
    await expect.poll(() => waiting).toEqual([{ kind: 'queued' }])
    source.cancel()
    for (const waited of [check, segment, folderRun])
      await expect(waited).rejects.toMatchObject({ data: { kind: 'cancelled' } })

    await client.sendNotification(pauseNotification, { run: 1, paused: false })
    expect((await run).totals).toMatchObject({ total: 1, done: 1, failed: 0 })
    client.dispose()
    server.dispose()
    await engine.close()
  },
  60_000,
)
