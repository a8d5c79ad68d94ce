import * as vscode from 'vscode'
import { decodeText } from '../../shared/decodeText.js'
import { escapeHtml } from '../../shared/escapeHtml.js'
import { baseName } from '../editor/scanDocument.js'
import type { ScanEditors } from '../editor/scanEditors.js'
import type { ReviewRequest } from '../../protocol/rpc.js'
import { reviewsSchema, type Verdict } from '../../shared/reviews.js'
import { sayErrors } from '../sayErrors.js'
import { whenTrusted } from '../trust.js'
import { securedPage } from './securedPage.js'
import { summaryMessageSchema, type SummaryMessage } from './summaryMessage.js'

/** View type of the editor of summaries. */
const SUMMARY_EDITOR = 'medlsam.summary'
/** How pages that a run wrote begin; others of that name are none of ours. */
const OURS = '<title>MedLSAM: '

/** What the page's buttons do. */
export interface SummaryParts {
  readonly editors: ScanEditors
  /** Keeps a verdict. */
  readonly review: (request: ReviewRequest) => Promise<void>
  /** Makes a scan and the label map of its result a template. */
  readonly makeTemplate: (scan: vscode.Uri, labelMap: vscode.Uri) => Promise<void>
}

/** Shows a dataset's summary page beside the scans. */
export async function showSummary(file: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', file, SUMMARY_EDITOR)
}

/** The editor of summary pages: their links open scans and label maps in our editor, and they follow what a run writes. */
export class SummaryEditorProvider implements vscode.CustomReadonlyEditorProvider {
  private readonly registration: vscode.Disposable

  constructor(private readonly parts: SummaryParts) {
    this.registration = vscode.window.registerCustomEditorProvider(SUMMARY_EDITOR, this, {
      supportsMultipleEditorsPerDocument: true,
    })
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined }
  }

  async resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): Promise<void> {
    panel.webview.options = { enableScripts: true, localResourceRoots: [] }
    panel.webview.onDidReceiveMessage((data: unknown) => {
      const message = summaryMessageSchema.safeParse(data)
      if (message.success) void sayErrors(() => this.onMessage(uri, panel.webview, message.data))
    })
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), baseName(uri)),
    )
    const fill = async (): Promise<void> => {
      panel.webview.html = await pageOf(uri)
    }
    watcher.onDidChange(fill)
    watcher.onDidCreate(fill)
    panel.onDidDispose(() => {
      watcher.dispose()
    })
    await fill()
  }

  private async onMessage(page: vscode.Uri, webview: vscode.Webview, message: SummaryMessage): Promise<void> {
    const linked = (link: string): vscode.Uri => vscode.Uri.joinPath(page, '..', decodeURIComponent(link))
    switch (message.kind) {
      case 'ready':
        await webview.postMessage(await verdictsSince(page))
        return
      case 'open':
        await this.parts.editors.open(linked(message.link))
        return
      case 'review': {
        const { scan, output, verdict } = message
        await whenTrusted(() => this.parts.review({ summaryHtml: page.fsPath, scan, output, verdict }))
        await webview.postMessage({ [output]: verdict })
        return
      }
      case 'template':
        await whenTrusted(() =>
          this.parts.makeTemplate(linked(message.link), vscode.Uri.joinPath(page, '..', message.output)),
        )
    }
  }

  dispose(): void {
    this.registration.dispose()
  }
}

/** What was said of results after their page was written, by the paths of their label maps. */
async function verdictsSince(page: vscode.Uri): Promise<Readonly<Record<string, Verdict | null>>> {
  const file = vscode.Uri.joinPath(page, '..', '.medlsam', 'reviews.json')
  const text = await vscode.workspace.fs.readFile(file).then(decodeText, () => null)
  if (text === null) return {}
  const { mtime } = await vscode.workspace.fs.stat(page)
  const { reviews } = reviewsSchema.parse(JSON.parse(text))
  return Object.fromEntries(
    Object.entries(reviews).flatMap(([output, { verdict, at }]) =>
      Date.parse(at) >= mtime ? [[output, verdict]] : [],
    ),
  )
}

async function pageOf(uri: vscode.Uri): Promise<string> {
  const page = decodeText(await vscode.workspace.fs.readFile(uri))
  if (page.includes(OURS)) return securedPage(page)
  return `<!DOCTYPE html><html lang="en"><head><meta http-equiv="Content-Security-Policy" content="default-src 'none'"><title>${escapeHtml(baseName(uri))}</title></head><body><p>${escapeHtml(baseName(uri))} is not a summary of MedLSAM: open it with another editor ("Reopen Editor With…").</p></body></html>`
}
