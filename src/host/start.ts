import * as vscode from 'vscode'
import { VIEW_COMMANDS } from '../protocol/viewCommand.js'
import { keyHelp } from './editor/keys.js'
import { createScanEditors, type ScanEditors } from './editor/scanEditors.js'
import { handleMarksRequest } from './marks/marksCommands.js'

/** What tests and other extensions get from `activate()`. */
export interface ExtensionApi {
  readonly editors: ScanEditors
}

/** Wires the parts of the extension together. */
export function start(context: vscode.ExtensionContext): ExtensionApi {
  const keys = keyHelp(context.extension.packageJSON as Parameters<typeof keyHelp>[0])
  const editors = createScanEditors(context, keys, {
    onMarksRequest: handleMarksRequest,
    onAction: () => Promise.resolve(),
    onSaved: () => Promise.resolve(),
  })
  context.subscriptions.push(editors)
  for (const command of VIEW_COMMANDS) {
    context.subscriptions.push(vscode.commands.registerCommand(`medlsam.view.${command}`, () => { editors.command(command) }))
  }
  return { editors }
}
