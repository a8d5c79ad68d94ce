import * as vscode from 'vscode'
import type { EngineState } from './engineClient.js'

/** Shows in the status bar that the engine is up and on what it runs. */
export interface EngineStatus {
  setState(state: EngineState): void
  readonly setProvider: (provider: string) => void
  dispose(): void
}

/** Makes the status-bar item; hidden while the engine is down. */
export function createEngineStatus(): EngineStatus {
  const item = vscode.window.createStatusBarItem('medlsam.engine', vscode.StatusBarAlignment.Right, 90)
  item.name = 'MedLSAM Engine'
  item.command = 'medlsam.restartEngine'
  const show = (provider: string | null): void => {
    item.text = provider === null || provider === '' ? '$(chip) MedLSAM' : `$(chip) MedLSAM: ${provider}`
    item.tooltip = 'The MedLSAM engine is running. Click to restart it.'
    item.accessibilityInformation = { label: `MedLSAM engine running${provider === null ? '' : ` on ${provider}`}` }
  }
  show(null)
  return {
    setState(state) {
      if (state === 'running') item.show()
      else item.hide()
    },
    setProvider: show,
    dispose() {
      item.dispose()
    },
  }
}
