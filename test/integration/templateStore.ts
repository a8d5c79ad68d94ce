import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import * as vscode from 'vscode'
import { enableScan } from '../../src/shared/templateSetEdit.js'
import type { TemplateSet } from '../../src/shared/templateSet.js'
import { createScanHealth, type ScanHealth } from '../../src/host/templates/scanHealth.js'
import { TemplateStore } from '../../src/host/templates/templateStore.js'
import { removeIfThere, until, workspaceFile } from './workspace.js'

const SET: TemplateSet = { format: 'medlsam-template-set', formatVersion: 1, name: 'mine', structures: [], scans: [] }

/** A store of its own, which has listed everything once. */
async function makeStore(health: ScanHealth = createScanHealth(() => Promise.resolve({}))): Promise<TemplateStore> {
  const extension = vscode.extensions.getExtension('medlsam.medlsam')
  assert.ok(extension)
  const store = new TemplateStore(extension.extensionUri, health, (text) => assert.fail(text))
  await store.ready
  assert.ok(
    store.banks().some(({ builtIn }) => builtIn),
    'the first list is complete when the store is ready',
  )
  return store
}

export function defineTemplateStoreSuite(): void {
  describe('the template sets', () => {
    it('take several changes at once, and are listed anew only when something changed', async () => {
      const file = workspaceFile('quick.medlsam.json')
      const store = await makeStore()
      const scans = ['a', 'b', 'c', 'd'].map((id) => ({
        id,
        path: `${id}.nii.gz`,
        sha256: id.repeat(64),
        enabled: true,
        structures: {},
      }))
      try {
        await store.create(file.fsPath, {
          format: 'medlsam-template-set',
          formatVersion: 1,
          name: 'quick',
          structures: [],
          scans,
        })
        const enabled = (): boolean[] | undefined =>
          store
            .sets()
            .find(({ path }) => path === file.fsPath)
            ?.set?.scans.map((scan) => scan.enabled)
        assert.deepEqual(enabled(), [true, true, true, true])
        await Promise.all(['a', 'b', 'd'].map((id) => store.update(file.fsPath, (set) => enableScan(set, id, false))))
        assert.deepEqual(enabled(), [false, false, true, false])

        // What the watcher has to say of all this comes within a second.
        await new Promise((resolve) => setTimeout(resolve, 1500))
        let lists = 0
        store.onDidChange(() => lists++)
        await store.refresh()
        assert.equal(lists, 0, 'nothing changed')
        await vscode.workspace.fs.delete(file)
        await until('the set is gone from the list', () => lists > 0 && enabled() === undefined)
      } finally {
        store.dispose()
      }
    })

    it('are listed as they are when a change is done, also when a list was being made meanwhile', async () => {
      const file = workspaceFile('meanwhile.medlsam.json')
      let onceRead: (() => void) | undefined
      const known = (path: string): ReadonlyMap<string, string> => {
        if (path === file.fsPath) onceRead?.()
        return new Map()
      }
      const store = await makeStore({ known, check: () => Promise.resolve(false) })
      const name = (): string | undefined => store.sets().find(({ path }) => path === file.fsPath)?.name
      try {
        await store.create(file.fsPath, SET)
        const listed = new Promise<string | undefined>((resolve, reject) => {
          // A list that is being made has read the set by now, and not yet ended.
          onceRead = () => {
            onceRead = undefined
            writeFileSync(file.fsPath, JSON.stringify({ ...SET, name: 'changed meanwhile' }))
            store.refresh().then(() => {
              resolve(name())
            }, reject)
          }
        })
        await store.refresh()
        assert.equal(await listed, 'changed meanwhile')
      } finally {
        store.dispose()
        await removeIfThere(file)
      }
    })

    it('are changed and deleted between two writers, and what is deleted comes back unless there is another by then', async () => {
      const store = await makeStore()
      const file = workspaceFile('turns.medlsam.json')
      const write = (name: string): Thenable<void> =>
        vscode.workspace.fs.writeFile(file, new TextEncoder().encode(JSON.stringify({ ...SET, name })))
      try {
        await store.create(file.fsPath, SET)
        // A writer elsewhere that reads first and writes later, as the engine does.
        const slow = store.inTurn(async () => {
          await new Promise((resolve) => setTimeout(resolve, 300))
          await write('slow')
        })
        await Promise.all([slow, store.update(file.fsPath, (set) => ({ ...set, name: `${set.name} then quick` }))])
        assert.equal(store.sets().find(({ path }) => path === file.fsPath)?.name, 'slow then quick')

        const undo = await store.remove(file.fsPath)
        assert.equal(
          store.sets().some(({ path }) => path === file.fsPath),
          false,
        )
        await undo()
        assert.equal(store.sets().find(({ path }) => path === file.fsPath)?.name, 'slow then quick')
        const late = await store.remove(file.fsPath)
        await write('another')
        await assert.rejects(late(), /turns\.medlsam\.json is there again/)
        assert.match(new TextDecoder().decode(await vscode.workspace.fs.readFile(file)), /another/)
      } finally {
        store.dispose()
        await removeIfThere(file)
      }
    })

    it('are looked at anew whenever people come back to them', async () => {
      const asked: string[] = []
      const store = await makeStore({ known: () => new Map(), check: (file) => Promise.resolve(asked.push(file) < 0) })
      const file = workspaceFile('looked.medlsam.json')
      try {
        await store.create(file.fsPath, SET)
        const times = (): number => asked.filter((path) => path === file.fsPath).length
        assert.equal(times(), 0)
        store.watchScans()
        const first = times()
        store.watchScans()
        assert.ok(first > 0 && times() > first)
      } finally {
        store.dispose()
        await vscode.workspace.fs.delete(file)
      }
    })
  })
}
