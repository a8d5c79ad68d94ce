import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { ScanDocument } from '../../src/host/editor/scanDocument.js'
import { addStructure, placePoint } from '../../src/host/points/editPoints.js'
import { extensionApi, until, workspaceFile } from './workspace.js'

export function defineScanDocumentSuite(): void {
  describe('a scan document', () => {
    const scan = workspaceFile('template_ct.nii.gz')
    const markups = workspaceFile('template_ct.mrk.json')

    after(async () => {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors')
    })

    it('is shared by two editors of one scan', async () => {
      const { editors } = await extensionApi()
      const session = await editors.open(scan)
      assert.ok(session)
      await vscode.commands.executeCommand('workbench.action.splitEditor')
      await until('two panels', () => session.panels.size === 2)
    })

    it('saves while no webview of it is alive', async () => {
      const { editors } = await extensionApi()
      const session = await editors.open(scan)
      assert.ok(session)
      session.document.apply(addStructure(session.document.points(), 'Larynx', '#f58231'))
      session.document.apply(placePoint(session.document.points(), 'Larynx', 'left', [-10, 0, 0]))
      // A text editor on top hides the scan editors, and VS Code drops their webviews.
      await vscode.commands.executeCommand('workbench.action.closeEditorsInOtherGroups')
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: 'on top' }))
      await until('no scan is in front', () => editors.active() === undefined)
      await vscode.workspace.saveAll(false)
      await until('the file is there', async () =>
        vscode.workspace.fs.stat(markups).then(
          () => true,
          () => false,
        ),
      )
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(markups))
      assert.match(text, /"name": "Larynx"/)
      assert.match(text, /"coordinateSystem": "LPS"/)
    })

    it('takes over points that another program writes', async () => {
      const { editors } = await extensionApi()
      const session = await editors.open(scan)
      assert.ok(session)
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(markups))
      await vscode.workspace.fs.writeFile(markups, new TextEncoder().encode(text.replaceAll('Larynx', 'Trachea')))
      await until('they are there', () => session.document.points().structures[0].name === 'Trachea')
      session.document.apply(addStructure(session.document.points(), 'Mandible', '#f58231'))
      await vscode.workspace.fs.writeFile(markups, new TextEncoder().encode(text))
      await session.document.reread()
      assert.deepEqual(
        session.document.points().structures.map(({ name }) => name),
        ['Trachea', 'Mandible'],
      )
      await vscode.commands.executeCommand('workbench.action.files.revert')
      await until(
        'they are those of the file',
        () =>
          session.document
            .points()
            .structures.map(({ name }) => name)
            .join() === 'Larynx',
      )
    })

    it('opens with its saved points when the backup of unsaved ones is gone or damaged, and with a newer backup when there is one', async () => {
      const other = workspaceFile('query_ct.nii.gz')
      const unsaved = { backupOf: () => undefined, remember: () => undefined, forget: () => undefined }
      const saveLabelMap = (): never => assert.fail('no labels were edited')
      const stemOf = (): never => assert.fail('it is no DICOM')
      const parts = { unsaved, saveLabelMap, stemOf }
      const gone = workspaceFile('gone.backup').toString()
      assert.deepEqual((await ScanDocument.open(other, gone, parts)).points().structures, [])
      const damaged = workspaceFile('damaged.backup')
      await vscode.workspace.fs.writeFile(damaged, new TextEncoder().encode('{"structures": [{"na'))
      assert.deepEqual((await ScanDocument.open(other, damaged.toString(), parts)).points().structures, [])

      const newer = workspaceFile('newer.backup')
      const first = await ScanDocument.open(other, undefined, parts)
      first.apply(addStructure(first.points(), 'Mandible', '#f58231'))
      await first.backup(newer)
      const again = await ScanDocument.open(other, gone, {
        ...parts,
        unsaved: { ...unsaved, backupOf: () => newer.toString() },
      })
      again.recover()
      assert.deepEqual(again.points(), first.points())
    })
  })
}
