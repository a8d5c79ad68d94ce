import * as vscode from 'vscode'
import { compareLabelMapsMethod } from '../../protocol/rpc.js'
import { isPairImage, opensInEditor } from '../../shared/scanNames.js'
import { comparisonTable } from '../../shared/structureTables.js'
import { filesBeside, describeLabelMap } from '../editor/labelMaps.js'
import { openLabels } from '../editor/labelPanels.js'
import { sendComparison } from '../editor/scanPanel.js'
import type { ScanSession } from '../editor/scanSession.js'
import type { EngineClient } from '../engine/engineClient.js'
import { comparedState, hasChanged } from './comparedState.js'
import { copyTable, saveTable } from './figureFiles.js'

/** Asks for a label map to compare the one on display with, and compares them. */
export async function chooseReference(engine: EngineClient, session: ScanSession): Promise<void> {
  const { document, shared } = session
  if (shared.shown === null) {
    void vscode.window.showInformationMessage('Show or draw a label map first.')
    return
  }
  const reference = await askForReference(session, shared.shown)
  if (reference !== undefined) await compareWith(engine, session, document.fileBeside(reference))
}

/** Compares the label map on display, as it is edited now, with a reference, and shows that in all editors of the scan. */
export async function compareWith(engine: EngineClient, session: ScanSession, reference: vscode.Uri): Promise<void> {
  const { document, shared, panels } = session
  if (shared.shown === null) return
  const labelMap = await openLabels(document, shared.shown)
  const { structures: referenceNames } = await describeLabelMap(reference)
  const { name } = labelMap
  const state = await comparedState(labelMap, reference.fsPath)
  const comparison = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: `Comparing ${name}` },
    () =>
      labelMap.tell(document.paths(), (labels) =>
        engine.ask(compareLabelMapsMethod, {
          labels,
          names: labelMap.structures,
          referencePath: reference.fsPath,
          referenceNames,
        }),
      ),
  )
  // Another one may be on display meanwhile.
  if (shared.shown !== name) return
  const isStale = hasChanged(state, document.labels.of(name))
  shared.comparison = { labelMap: name, reference, comparison, state, isStale }
  for (const panel of panels) await sendComparison(panel, shared)
}

/** Compares again: the label map was edited. */
export async function compareAgain(engine: EngineClient, session: ScanSession): Promise<void> {
  const reference = session.shared.comparison?.reference
  if (reference !== undefined) await compareWith(engine, session, reference)
}

/** Ends a comparison in all editors of the scan. */
export async function closeComparison({ shared, panels }: ScanSession): Promise<void> {
  shared.comparison = null
  for (const panel of panels) await sendComparison(panel, shared)
}

/** Copies the table of a comparison, or saves it as CSV. */
export async function takeComparison({ document, shared }: ScanSession, how: 'copy' | 'save'): Promise<void> {
  if (shared.comparison === null) return
  const { labelMap, comparison } = shared.comparison
  const table = comparisonTable(labelMap, comparison.structures)
  if (how === 'copy') await copyTable(table)
  else await saveTable(table, document.fileBeside(labelMap), 'Comparison')
}

async function askForReference({ document, shared }: ScanSession, shown: string): Promise<string | undefined> {
  const known = shared.names.filter((name) => name !== shown)
  const others = (await filesBeside(document.stem)).filter(
    (name) => opensInEditor(name) && !isPairImage(name) && ![document.name, ...shared.names].includes(name),
  )
  if (known.length + others.length === 0) {
    void vscode.window.showInformationMessage(
      `No other label map lies beside ${document.name}: put the one to compare with into its folder first.`,
    )
    return undefined
  }
  const separator = { label: 'Other images', kind: vscode.QuickPickItemKind.Separator }
  const items = [
    ...known.map((label) => ({ label })),
    ...(others.length > 0 ? [separator] : []),
    ...others.sort((a, b) => a.localeCompare(b, undefined, { numeric: true })).map((label) => ({ label })),
  ]
  const picked = await vscode.window.showQuickPick(items, {
    title: `Compare ${shown} with`,
    placeHolder: 'The truth, or another result; structures of one name belong together',
  })
  return picked?.label
}
