import { escapeHtml } from '../shared/escapeHtml.js'

/** A page of ours with a table, without scripts; what stands in its body is HTML already. */
export function tablePage(title: string, body: readonly string[]): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${body.join('\n')}
</body>
</html>`
}

/** A sentence to take note of, as HTML. */
export function noteHtml(note: string): string {
  return `<p class="note">${escapeHtml(note)}</p>`
}

const STYLE = `body { font-family: var(--vscode-font-family); font-size: var(--vscode-font-size); color: var(--vscode-foreground); padding: 0 16px 16px; }
h1 { font-size: 1.3em; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--vscode-contrastBorder, var(--vscode-panel-border)); padding: 3px 8px; text-align: right; font-variant-numeric: tabular-nums; }
th { font-weight: 600; text-align: left; }
a { color: var(--vscode-textLink-foreground); }
.none { color: var(--vscode-descriptionForeground); }
.flagged { color: var(--vscode-inputValidation-warningForeground, var(--vscode-foreground)); background: var(--vscode-inputValidation-warningBackground); font-weight: 600; }
.note { border-left: 3px solid var(--vscode-inputValidation-warningBorder); padding-left: 8px; }`
