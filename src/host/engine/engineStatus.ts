import * as vscode from 'vscode'
import type { EngineState } from './engineProcess.js'

/** Shows in the status bar that the engine is up and on what it runs; hidden while the engine is down. */
export class EngineStatus {
  private readonly item = vscode.window.createStatusBarItem('medlsam.engine', vscode.StatusBarAlignment.Right, 90)

  constructor() {
    this.item.name = 'MedLSAM Engine'
    this.item.command = 'medlsam.restartEngine'
    this.setProvider('')
  }

  setState(state: EngineState): void {
    if (state === 'running') this.item.show()
    else this.item.hide()
  }

  /** Tells on what the engine runs; empty where that is not known. */
  setProvider(provider: string): void {
    const isKnown = provider !== ''
    this.item.text = isKnown ? `$(chip) MedLSAM: ${provider}` : '$(chip) MedLSAM'
    this.item.tooltip = 'The MedLSAM engine is running. Click to restart it.'
    this.item.accessibilityInformation = { label: `MedLSAM engine running${isKnown ? ` on ${provider}` : ''}` }
  }

  dispose(): void {
    this.item.dispose()
  }
}
