import * as vscode from 'vscode'

/** Says that nothing else can be started while something runs; answers whether something does. */
export function refuseWhenBusy(running: boolean): boolean {
  if (running) void vscode.window.showWarningMessage('A run is going on: wait for it or cancel it first.')
  return running
}
