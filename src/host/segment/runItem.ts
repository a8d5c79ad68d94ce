import * as vscode from 'vscode'
import type { Progress } from '../../shared/progress.js'
import { baseName } from '../editor/scanDocument.js'
import { runItemText, runTooltip } from './runText.js'

/**
 * Shows in the status bar how the run of a scan stands, also when the scan's editor is closed; hidden while nothing
 * runs. A click opens the scan, with all of the progress and the Cancel button.
 */
export class RunItem {
  private readonly item = vscode.window.createStatusBarItem('medlsam.run', vscode.StatusBarAlignment.Right, 89)

  constructor() {
    this.item.name = 'MedLSAM Run'
  }

  /** @param waiting how many runs come after it */
  show(scan: vscode.Uri, progress: Progress | null, waiting: number): void {
    const { item } = this
    item.text = runItemText(progress, waiting)
    item.tooltip = runTooltip(baseName(scan), progress)
    item.accessibilityInformation = { label: item.tooltip }
    item.command = { command: 'medlsam.openScan', title: 'Open Scan', arguments: [scan] }
    item.show()
  }

  hide(): void {
    this.item.hide()
  }

  dispose(): void {
    this.item.dispose()
  }
}
