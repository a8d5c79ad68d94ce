import * as vscode from 'vscode'
import type { TemplateCheckReport } from '../../protocol/rpc.js'
import { templateScanPath } from '../../shared/node/templateSetPaths.js'
import type { TemplateSet } from '../../shared/templateSet.js'
import { checkPage, checkTable } from './checkTable.js'

const panels = new Map<string, vscode.WebviewPanel>()

/** Shows a check as a table that stays until it is closed; a check of the same set again takes its place. Scans in it open. */
export function showCheck(setPath: string, set: TemplateSet, report: TemplateCheckReport): void {
  const title = `Check of ${set.name}`
  const panel = panels.get(setPath) ?? newPanel(setPath, title)
  panel.title = title
  panel.webview.html = checkPage(set, checkTable(set, report), (id) => {
    const scan = set.scans.find((one) => one.id === id)
    if (scan === undefined) return null
    return `command:medlsam.openScan?${encodeURIComponent(JSON.stringify([templateScanPath(setPath, scan)]))}`
  })
  panel.reveal(panel.viewColumn, true)
}

function newPanel(setPath: string, title: string): vscode.WebviewPanel {
  const panel = vscode.window.createWebviewPanel('medlsam.check', title, vscode.ViewColumn.Active, {
    enableScripts: false,
    enableCommandUris: ['medlsam.openScan'],
    enableFindWidget: true,
    localResourceRoots: [],
  })
  panels.set(setPath, panel)
  panel.onDidDispose(() => {
    panels.delete(setPath)
  })
  return panel
}
