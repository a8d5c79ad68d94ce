import * as vscode from 'vscode'
import type { OpenableSeries } from '../../shared/openableSeries.js'
import { baseName } from '../editor/scanDocument.js'
import type { ScanEditors } from '../editor/scanEditors.js'
import type { DicomScans } from './dicomScans.js'
import { seriesItems, type SeriesItem } from './seriesItems.js'

/** What opening a series works with. */
export interface OpenSeriesParts {
  readonly dicom: DicomScans
  readonly editors: Pick<ScanEditors, 'open'>
}

/** Opens a DICOM series of a folder: the only one that can be opened at once, else the one that the user chooses. */
export async function openDicomSeries({ dicom, editors }: OpenSeriesParts, named?: vscode.Uri): Promise<void> {
  const slice = await askForSlice(dicom, named)
  if (slice !== undefined) await editors.open(vscode.Uri.file(slice))
}

/** A slice of the series that the user chooses in a folder, of the only one at once; undefined when there is none. */
export async function askForSlice(
  dicom: Pick<DicomScans, 'seriesIn'>,
  named?: vscode.Uri,
): Promise<string | undefined> {
  const folder = named ?? (await askForSeriesFolder())
  if (folder === undefined) return undefined
  const series = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: `Looking for DICOM series in ${baseName(folder)}` },
    () => dicom.seriesIn(folder),
  )
  return chooseSlice(series, baseName(folder))
}

async function askForSeriesFolder(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: 'DICOM Series',
    openLabel: 'Look for Series',
    canSelectFolders: true,
    canSelectFiles: false,
  })
  return picked?.at(0)
}

async function chooseSlice(series: readonly OpenableSeries[], folder: string): Promise<string | undefined> {
  const scans = series.filter(({ file }) => file !== null)
  if (scans.length === 1) return scans[0].file ?? undefined
  const items = seriesItems(series)
  return new Promise((resolve) => {
    const list = vscode.window.createQuickPick<SeriesItem>()
    list.title = `DICOM Series in ${folder}`
    list.placeholder = scans.length === 0 ? 'None of them can be opened as a scan' : 'Which one should be opened?'
    list.items = [...items.scans, ...items.leftOut.map((item) => ({ ...item, label: `$(circle-slash) ${item.label}` }))]
    list.matchOnDescription = true
    list.onDidAccept(() => {
      const file = list.selectedItems.at(0)?.file
      // The reason stands there; the list stays open.
      if (file === null || file === undefined) return
      resolve(file)
      list.hide()
    })
    list.onDidHide(() => {
      resolve(undefined)
      list.dispose()
    })
    list.show()
  })
}
