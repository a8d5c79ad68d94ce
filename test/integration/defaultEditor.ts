import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { followDefaultEditor } from '../../src/host/editor/defaultEditor.js'
import { SCAN_EDITOR } from '../../src/host/editor/scanEditors.js'
import { until } from './workspace.js'

export function defineDefaultEditorSuite(): void {
  describe('the setting that makes ours the default editor', () => {
    const update = (value: unknown): Thenable<void> =>
      vscode.workspace
        .getConfiguration('workbench')
        .update('editorAssociations', value, vscode.ConfigurationTarget.Global)
    const associations = (): unknown =>
      vscode.workspace.getConfiguration('workbench').inspect('editorAssociations')?.globalValue

    after(() => update(undefined))

    it('takes its associations back after it was turned off while no window ran us, and leaves those of others alone', async () => {
      const written = { '*.nii': SCAN_EDITOR, '*.nrrd': 'another.editor' }
      await update(written)
      const state = new Map<string, unknown>()
      const memento = {
        keys: () => [...state.keys()],
        get: (key: string, otherwise?: unknown) => state.get(key) ?? otherwise,
        update: (key: string, value: unknown) => Promise.resolve(void state.set(key, value)),
      } as vscode.Memento
      const extension = vscode.extensions.getExtension('medlsam.medlsam')
      assert.ok(extension)
      followDefaultEditor(extension, memento).dispose()
      assert.deepEqual(associations(), written)
      state.set('medlsam.associated', true)
      followDefaultEditor(extension, memento).dispose()
      await until('only the other one is left', () => JSON.stringify(associations()) === '{"*.nrrd":"another.editor"}')
      await until('that is remembered', () => state.get('medlsam.associated') === false)
    })
  })
}
