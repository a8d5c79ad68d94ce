import * as vscode from 'vscode'
import { countText, progressText, type FolderProgress } from './folderProgress.js'

/** Shows in the status bar how the run of a folder stands; a click holds it or goes on. */
export class FolderItem {
  private readonly item = vscode.window.createStatusBarItem('medlsam.folderRun', vscode.StatusBarAlignment.Right, 89)

  constructor() {
    this.item.name = 'MedLSAM Folder'
    this.item.command = 'medlsam.pauseFolder'
  }

  show(progress: FolderProgress): void {
    const text = progressText(progress)
    const paused = progress.state === 'paused' || progress.state === 'pausing'
    this.item.text = `$(${paused ? 'play' : 'debug-pause'}) MedLSAM ${countText(progress)}`
    this.item.tooltip = `${text}. Click to ${paused ? 'go on' : 'pause after this scan'}.`
    this.item.accessibilityInformation = { label: `MedLSAM folder: ${text}. ${paused ? 'Go on' : 'Pause'}` }
    this.item.show()
  }

  hide(): void {
    this.item.hide()
  }

  dispose(): void {
    this.item.dispose()
  }
}
