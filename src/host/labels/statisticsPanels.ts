import * as vscode from 'vscode'
import { labelStatisticsMethod } from '../../protocol/rpc.js'
import type { Table } from '../../shared/figureTable.js'
import { statisticsTable } from '../../shared/structureTables.js'
import { openLabels } from '../editor/labelPanels.js'
import type { ScanSession } from '../editor/scanSession.js'
import type { EngineClient } from '../engine/engineClient.js'
import { copyTable, saveTable } from './figureFiles.js'
import { statisticsPage } from './statisticsPage.js'

interface OpenStatistics {
  readonly panel: vscode.WebviewPanel
  table: Table
}

/** Tables of the statistics of label maps, one panel each; measuring again takes its place. */
export class StatisticsPanels {
  private readonly open = new Map<string, OpenStatistics>()

  constructor(private readonly engine: EngineClient) {}

  /** Measures the label map on display as it is edited, and shows the table. */
  async show(session: ScanSession): Promise<void> {
    const { document, shared } = session
    if (shared.shown === null) {
      void vscode.window.showInformationMessage('Show or draw a label map first.')
      return
    }
    const labelMap = await openLabels(document, shared.shown)
    const title = `Statistics of ${labelMap.name}`
    const report = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
      labelMap.tell(document.paths(), (labels) =>
        this.engine.ask(labelStatisticsMethod, { labels, names: labelMap.structures }),
      ),
    )
    const uri = document.fileBeside(labelMap.name)
    const table = statisticsTable(title, report.structures)
    const { panel } = this.panelOf(uri, table)
    const linkTo = (command: string): string =>
      `command:medlsam.${command}?${encodeURIComponent(JSON.stringify([uri.toString()]))}`
    panel.webview.html = statisticsPage(table, report.structures, report.warnings, [
      { text: 'Copy', href: linkTo('statistics.copy') },
      { text: 'Save as CSV…', href: linkTo('statistics.save') },
    ])
    panel.reveal(panel.viewColumn, true)
  }

  /** @param labelMap address of the label map that a page's link names */
  async copy(labelMap: string): Promise<void> {
    const shown = this.open.get(labelMap)
    if (shown !== undefined) await copyTable(shown.table)
  }

  async save(labelMap: string): Promise<void> {
    const shown = this.open.get(labelMap)
    if (shown !== undefined) await saveTable(shown.table, vscode.Uri.parse(labelMap), 'Statistics')
  }

  private panelOf(labelMap: vscode.Uri, table: Table): OpenStatistics {
    const key = labelMap.toString()
    const present = this.open.get(key)
    if (present !== undefined) {
      present.table = table
      return present
    }
    const panel = vscode.window.createWebviewPanel('medlsam.statistics', table.title, vscode.ViewColumn.Active, {
      enableScripts: false,
      enableCommandUris: ['medlsam.statistics.copy', 'medlsam.statistics.save'],
      enableFindWidget: true,
      localResourceRoots: [],
    })
    const opened = { panel, table }
    this.open.set(key, opened)
    panel.onDidDispose(() => {
      this.open.delete(key)
    })
    return opened
  }
}
