import * as vscode from 'vscode'
import type { Progress } from '../../shared/progress.js'
import { baseName } from '../editor/scanDocument.js'
import { runItemText, runTooltip } from './runText.js'

/** Shows in the status bar how the run of a scan stands, also when the scan's editor is closed. */
export interface RunItem {
  show(scan: vscode.Uri, progress: Progress | null): void
  hide(): void
  dispose(): void
}

/** Makes the status-bar item; hidden while nothing runs. A click opens the scan, with all of the progress and the Cancel button. */
export function createRunItem(): RunItem {
  const item = vscode.window.createStatusBarItem('medlsam.run', vscode.StatusBarAlignment.Right, 89)
  item.name = 'MedLSAM Run'
  return {
    show(scan, progress) {
      item.text = runItemText(progress)
      item.tooltip = runTooltip(baseName(scan), progress)
      item.accessibilityInformation = { label: item.tooltip }
      item.command = { command: 'medlsam.openScan', title: 'Open Scan', arguments: [scan] }
      item.show()
    },
    hide() {
      item.hide()
    },
    dispose() {
      item.dispose()
    },
  }
}
