import * as vscode from 'vscode'
import type { EngineClient } from './engineClient.js'

/** Stops the engine; asks first where that would end something. False when the user thought better of it. */
export async function stopEngine(engine: EngineClient): Promise<boolean> {
  const restart = 'Restart'
  const detail = 'Runs, downloads and imports that are going on end with it.'
  if (engine.isBusy()) {
    const question = 'The engine is at work. Restart it all the same?'
    const picked = await vscode.window.showWarningMessage(question, { modal: true, detail }, restart)
    if (picked !== restart) return false
  }
  engine.stop()
  return true
}
