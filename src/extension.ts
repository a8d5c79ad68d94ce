import * as vscode from 'vscode'
import { errorText } from './host/errorText.js'
import { activateExtension, type ExtensionApi } from './host/activateExtension.js'

/** Entry point of the extension; shows its own failure, since VS Code would only log it. */
export function activate(context: vscode.ExtensionContext): ExtensionApi | undefined {
  try {
    return activateExtension(context)
  } catch (error) {
    void vscode.window.showErrorMessage(`MedLSAM could not start: ${errorText(error)}. Reinstall the extension.`)
    throw error
  }
}
