import * as vscode from 'vscode'
import { errorText } from './host/errorText.js'
import { start, type ExtensionApi } from './host/activate.js'

/** Entry point of the extension; shows its own failure, since VS Code would only log it. */
export function activate(context: vscode.ExtensionContext): ExtensionApi | undefined {
  try {
    return start(context)
  } catch (error) {
    void vscode.window.showErrorMessage(`MedLSAM could not start: ${errorText(error)}. Reinstall the extension.`)
    throw error
  }
}
