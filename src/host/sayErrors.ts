import * as vscode from 'vscode'
import { RunCancelled } from './engine/engineErrors.js'
import { errorText } from './errorText.js'

/** Shows what went wrong in something that the user asked for, as one message. */
export async function sayErrors(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    // One that VS Code hands on from another process is no instance any more.
    const cancelled =
      error instanceof RunCancelled || (error instanceof Error && error.name === new vscode.CancellationError().name)
    if (!cancelled) void vscode.window.showErrorMessage(errorText(error))
  }
}
