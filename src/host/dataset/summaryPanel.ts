import * as vscode from 'vscode'
import type { ScanEditors } from '../editor/scanEditors.js'
import { securedPage } from './securedPage.js'

/** Shows a dataset's summary page beside the scans; its links open scans and label maps in our editor. */
export async function showSummary(file: vscode.Uri, editors: ScanEditors): Promise<void> {
  const page = new TextDecoder().decode(await vscode.workspace.fs.readFile(file))
  const panel = vscode.window.createWebviewPanel('medlsam.summary', 'MedLSAM Summary', vscode.ViewColumn.Active, {
    enableScripts: true,
    enableFindWidget: true,
    localResourceRoots: [],
  })
  panel.webview.onDidReceiveMessage((link: unknown) => {
    if (typeof link === 'string') void editors.open(vscode.Uri.joinPath(file, '..', decodeURIComponent(link)))
  })
  panel.webview.html = securedPage(page)
}
