import { randomBytes } from 'node:crypto'
import * as vscode from 'vscode'
import { escapeHtml } from '../../shared/escapeHtml.js'

/** The page of the scan editor: one script with a nonce, which fills the body, one style sheet, no inline code, no eval. */
export function scanEditorHtml(webview: vscode.Webview, extensionUri: vscode.Uri, scanName: string): string {
  const nonce = randomBytes(16).toString('hex')
  const script = webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', 'webview.js'))
  const style = webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'media', 'scanEditor.css'))
  const policy = [
    "default-src 'none'",
    // WebAssembly may be compiled, for ITK's readers; JavaScript out of text may not.
    `script-src 'nonce-${nonce}' 'wasm-unsafe-eval'`,
    // The worker that reads files; it inherits this policy.
    'worker-src blob:',
    `style-src 'unsafe-inline' ${webview.cspSource}`,
    `img-src ${webview.cspSource} data: blob:`,
    `font-src ${webview.cspSource} data:`,
    `connect-src ${webview.cspSource} data: blob:`,
  ].join('; ')
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeHtml(scanName)}</title>
<link rel="stylesheet" href="${style.toString()}">
<script type="module" nonce="${nonce}" src="${script.toString()}"></script>
</head>
<body data-vscode-context='{"preventDefaultContextMenuItems":true}'></body>
</html>`
}
