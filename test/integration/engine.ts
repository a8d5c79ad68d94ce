import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import * as vscode from 'vscode'
import type { RunListeners } from '../../src/host/engine/engineClient.js'
import { addTemplateMethod, infoMethod, segmentMethod } from '../../src/protocol/rpc.js'
import { note } from './notes.js'
import { extensionApi, until, workspaceFile } from './workspace.js'

export function defineEngineSuite(): void {
  describe('the engine process', () => {
    const set = workspaceFile('mine.medlsam.json')
    const scan = workspaceFile('scan_ct.nii.gz')
    const request = {
      scanPath: scan.fsPath,
      templates: set.fsPath,
      options: { structures: ['Larynx', 'Brainstem'], sliceStep: 4 },
    }
    const listeners = (signal = new AbortController().signal): RunListeners & { readonly stages: Set<string> } => {
      const stages = new Set<string>()
      return { stages, signal, onProgress: ({ stage }) => stages.add(stage), onStructure: () => undefined }
    }
    const written = (): string[] =>
      readdirSync(path.dirname(scan.fsPath)).filter((name) => name.includes('_dseg') || name.endsWith('.part'))

    before(async function () {
      const { engine } = await extensionApi()
      const made = await engine.ask(addTemplateMethod, {
        setPath: set.fsPath,
        scanPath: workspaceFile('template_ct.nii.gz').fsPath,
        source: { kind: 'labelMap', path: workspaceFile('template_seg.nii.gz').fsPath },
      })
      assert.ok(made.structures.length >= 2)
    })

    it('is killed and says so; nothing half-written remains, and the next request starts a new one', async () => {
      const { engine } = await extensionApi()
      const run = listeners()
      const running = engine.run(segmentMethod, request, run)
      const outcome = assert.rejects(running, { name: 'EngineDied' })
      await until('the run has begun', () => run.stages.has('templates') || run.stages.has('localize'))
      const pid = engine.pid()
      assert.ok(pid)
      process.kill(pid, 'SIGKILL')
      await outcome
      assert.equal(engine.state(), 'stopped')
      assert.deepEqual(written(), [])
      assert.equal((await engine.ask(infoMethod)).localizer.id.length > 0, true)
    })

    it('stops at once when a run is cancelled', async () => {
      const { engine } = await extensionApi()
      const abort = new AbortController()
      const run = listeners(abort.signal)
      const outcome = assert.rejects(engine.run(segmentMethod, request, run), { name: 'RunCancelled' })
      await until('the run has begun', () => run.stages.size > 1)
      const began = performance.now()
      abort.abort()
      await outcome
      const tookMs = performance.now() - began
      note(`cancelling a run was answered in ${tookMs.toFixed(0)} ms`)
      assert.deepEqual(written(), [])
    })

    it('leaves the event loop of the extension host free during a run', async () => {
      const { engine } = await extensionApi()
      const delay = monitorEventLoopDelay({ resolution: 5 })
      let slowestMs = 0
      let commands = 0
      const start = performance.now()
      delay.enable()
      const running = engine.run(segmentMethod, request, listeners())
      const progress = { over: false }
      const finished = running.finally(() => {
        progress.over = true
      })
      while (!progress.over) {
        const began = performance.now()
        await vscode.commands.executeCommand('medlsam.view.help')
        slowestMs = Math.max(slowestMs, performance.now() - began)
        commands += 1
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      const { sidecar, labelMapPath } = await finished
      delay.disable()
      const runMs = performance.now() - start
      note(
        `longest block of the host's event loop during a run: ${(delay.max / 1e6).toFixed(0)} ms (99th percentile ${(delay.percentile(99) / 1e6).toFixed(0)} ms); slowest of ${commands} commands: ${slowestMs.toFixed(0)} ms`,
      )
      assert.equal(sidecar.structures.length, 2)
      assert.equal(path.basename(labelMapPath), 'scan_ct_dseg.nii.gz')
      assert.ok(commands > 3)
      // A command would wait for most of a run that the host itself computed, on a fast machine and on a busy one.
      assert.ok(slowestMs < runMs / 2, `a command took ${slowestMs.toFixed(0)} ms of a run of ${runMs.toFixed(0)} ms`)
    })
  })
}
