import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { VIEW_COMMANDS } from '../../src/protocol/viewCommand.js'
import { extensionApi } from './workspace.js'

interface Manifest {
  readonly activationEvents?: readonly string[]
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[]
    readonly keybindings: readonly { readonly command: string; readonly when?: string }[]
  }
}

export function defineExtensionSuite(): void {
  describe('the extension', () => {
    it('activates without an engine process', async () => {
      const { engine } = await extensionApi()
      assert.equal(engine.state(), 'stopped')
    })

    it('registers every command that it contributes, and contributes every view command', async () => {
      const manifest = vscode.extensions.getExtension('medlsam.medlsam')?.packageJSON as Manifest
      const registered = await vscode.commands.getCommands(true)
      const contributed = manifest.contributes.commands.map(({ command }) => command)
      assert.deepEqual(
        contributed.filter((command) => !registered.includes(command)),
        [],
      )
      assert.deepEqual(
        VIEW_COMMANDS.map((name) => `medlsam.view.${name}`).filter((command) => !contributed.includes(command)),
        [],
      )
    })

    it('starts on nothing in general and binds no key without a condition', () => {
      const manifest = vscode.extensions.getExtension('medlsam.medlsam')?.packageJSON as Manifest
      assert.ok(!(manifest.activationEvents ?? []).includes('*'))
      assert.deepEqual(
        manifest.contributes.keybindings.filter(({ when }) => when === undefined),
        [],
      )
    })
  })
}
