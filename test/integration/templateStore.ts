import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { enableScan } from '../../src/host/templates/editSet.js'
import { createScanHealth } from '../../src/host/templates/scanHealth.js'
import { createTemplateStore } from '../../src/host/templates/templateStore.js'
import { until, workspaceFile } from './workspace.js'

export function defineTemplateStoreSuite(): void {
  describe('the template sets', () => {
    it('take several changes at once, and are listed anew only when something changed', async () => {
      const extension = vscode.extensions.getExtension('medlsam.medlsam')
      assert.ok(extension)
      const file = workspaceFile('quick.medlsam.json')
      const store = createTemplateStore(extension.extensionUri, createScanHealth(() => Promise.resolve({})), (text) => assert.fail(text))
      const scans = ['a', 'b', 'c', 'd'].map((id) => ({ id, path: `${id}.nii.gz`, sha256: id.repeat(64), enabled: true, structures: {} }))
      try {
        await store.create(file.fsPath, { format: 'medlsam-template-set', formatVersion: 1, name: 'quick', structures: [], scans })
        const enabled = (): boolean[] | undefined => store.sets().find(({ path }) => path === file.fsPath)?.set?.scans.map((scan) => scan.enabled)
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
  })
}
