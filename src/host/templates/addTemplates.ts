import path from 'node:path'
import * as vscode from 'vscode'
import { decodeText } from '../../shared/decodeText.js'
import { completePoints, contradictionText, type ScanPoints } from '../../shared/scanPoints.js'
import { addTemplateMethod, type AddTemplateRequest, type TemplateSource } from '../../protocol/rpc.js'
import type { TemplateSet } from '../../shared/templateSet.js'
import { labelMapForTemplate } from '../editor/labelMaps.js'
import { baseName, markupsUri, type ScanDocument } from '../editor/scanDocument.js'
import { canRun } from '../editor/scanEditors.js'
import type { ScanSession } from '../editor/scanSession.js'
import { isLabelMapName } from '../../shared/labelMapNames.js'
import { EDITOR_ENDINGS } from '../../shared/scanNames.js'
import { EngineError } from '../engine/engineErrors.js'
import { errorText } from '../errorText.js'
import { isMissing } from '../isMissing.js'
import { mergeStructures } from '../points/editPoints.js'
import { parseMarkups } from '../../shared/slicerMarkups.js'
import { addedText } from './addedText.js'
import { updateScanPoints } from '../../shared/templateSetEdit.js'
import { askForNames } from './askForNames.js'
import { pickSet } from './pickSet.js'
import { scanOfFile } from '../../shared/node/templateSetPaths.js'
import type { TemplateContext } from './templateCommands.js'
import type { TemplateNode } from './templateNode.js'

/** Why a scan cannot become a template. */
export const NOT_HERE = 'Templates need scans that are files on this machine.'

/** Adds the marked structures of an open scan to a set. */
export async function addMarkedScan(context: TemplateContext, { document }: ScanSession): Promise<void> {
  if (!canRun(document.uri)) {
    void vscode.window.showWarningMessage(NOT_HERE)
    return
  }
  const source = pointsSource(document.points(), document.markups().fsPath)
  if (source === null) {
    void vscode.window.showWarningMessage(
      `No structure of ${document.name} has all six points yet: place the missing ones first.`,
    )
    return
  }
  const problem = contradictionText(document.points())
  if (problem !== null) {
    void vscode.window.showWarningMessage(`${problem} The list says which. Move them first.`)
    return
  }
  const setPath = await pickSet(context.store, 'Add Marked Scan to Template Set')
  if (setPath === undefined) return
  // By way of VS Code, whose tab would stay dirty.
  if ((await vscode.workspace.save(document.uri)) === undefined) return
  await addAndSay(context, { setPath, scanPath: document.uri.fsPath, source })
}

/** Derives the points of every label of the label map on display, as points of the scan and as a template. */
export async function useLabelMap(context: TemplateContext, { document, shared }: ScanSession): Promise<void> {
  if (!canRun(document.uri)) {
    void vscode.window.showWarningMessage(NOT_HERE)
    return
  }
  if (shared.shown === null) {
    void vscode.window.showWarningMessage(
      `No label map of ${document.name} is shown: choose one in the list of structures first.`,
    )
    return
  }
  const setPath = await pickSet(context.store, 'Use Label Map as Template')
  if (setPath === undefined) return
  const isEdited = document.labels.of(shared.shown)?.isChanged === true
  if (isEdited && (await vscode.workspace.save(document.uri)) === undefined) return
  const labelMap = document.fileBeside(shared.shown)
  const set = await addAndSay(context, {
    setPath,
    scanPath: document.uri.fsPath,
    source: { kind: 'labelMap', path: labelMap.fsPath },
  })
  const scan = scanOfFile(setPath, set, document.uri.fsPath)
  if (scan === undefined) return
  const structures = set.structures.flatMap(({ name, color }) =>
    Object.hasOwn(scan.structures, name) ? [{ name, color, points: scan.structures[name].points }] : [],
  )
  document.apply(mergeStructures(document.points(), `Points of ${shared.shown}`, structures))
}

async function addAndSay(context: TemplateContext, request: AddTemplateRequest): Promise<TemplateSet> {
  const set = await addTemplate(context, request)
  const scan = scanOfFile(request.setPath, set, request.scanPath)
  const from = request.source.kind === 'labelMap' ? `, made of ${path.basename(request.source.path)}` : ''
  void vscode.window.showInformationMessage(
    `${path.basename(request.scanPath)} is a template of ${Object.keys(scan?.structures ?? {}).length} structures in ${set.name}${from}.`,
  )
  return set
}

/** Adds a template; asks what label values are that nothing names. @throws CancellationError when the user thinks better of it */
export async function addTemplate(context: TemplateContext, request: AddTemplateRequest): Promise<TemplateSet> {
  const { engine, store } = context
  try {
    const set = await store.inTurn(() => engine.ask(addTemplateMethod, request))
    await store.refresh()
    return set
  } catch (error) {
    const remedy = error instanceof EngineError ? error.data.remedy : undefined
    if (remedy?.option !== 'nameLabels' || request.source.kind !== 'labelMap') throw error
    const said = await askForNames(path.basename(request.source.path), remedy.labelValues)
    if (said === undefined) throw new vscode.CancellationError()
    return addTemplate(context, { ...request, source: { ...request.source, ...said } })
  }
}

function pointsSource(marked: ScanPoints, markupsPath: string): TemplateSource | null {
  const structures = marked.structures.flatMap((structure) => {
    const { name, color } = structure
    const points = completePoints(structure)
    return points === null ? [] : [{ name, color, points }]
  })
  return structures.length === 0 ? null : { kind: 'points', structures, markupsPath }
}

/** Adds scans to a set: with their points, else with the label map beside them. What cannot be added is named at the end. */
export async function addScans(context: TemplateContext, setPath: string, scans: readonly vscode.Uri[]): Promise<void> {
  let set = context.store.set(setPath)?.name ?? path.basename(setPath)
  const added: string[] = []
  const madeOf: string[] = []
  const unmarked: vscode.Uri[] = []
  const labelMaps: string[] = []
  const failures: { name: string; message: string }[] = []
  const stopped = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Adding scans to ${set}`, cancellable: true },
    async (progress, token) => {
      for (const scan of scans) {
        if (token.isCancellationRequested) return true
        const name = baseName(scan)
        progress.report({ message: name })
        try {
          if (!canRun(scan)) throw new Error(NOT_HERE)
          const source = (await markedSource(scan)) ?? (await labelMapSource(scan))
          if (source !== null) {
            set = (await addTemplate(context, { setPath, scanPath: scan.fsPath, source })).name
            added.push(name)
            if (source.kind === 'labelMap') madeOf.push(path.basename(source.path))
          } else if (isLabelMapName(name)) labelMaps.push(name)
          else unmarked.push(scan)
        } catch (error) {
          const message = error instanceof vscode.CancellationError ? 'its labels have no names.' : errorText(error)
          failures.push({ name, message })
        }
        progress.report({ increment: 100 / scans.length })
      }
      return false
    },
  )
  const text = addedText({
    set,
    scans: scans.length,
    added,
    madeOf,
    unmarked: unmarked.map(baseName),
    labelMaps,
    failures,
    stopped,
  })
  const open = 'Open and Mark'
  if (added.length === scans.length) void vscode.window.showInformationMessage(text)
  else if (unmarked.length === 0) void vscode.window.showWarningMessage(text)
  else if ((await vscode.window.showWarningMessage(text, open)) === open) await context.editors.open(unmarked[0])
}

async function markedSource(scan: vscode.Uri): Promise<TemplateSource | null> {
  const file = markupsUri(scan)
  try {
    const text = decodeText(await vscode.workspace.fs.readFile(file))
    const { points } = parseMarkups(text, baseName(file))
    const problem = contradictionText(points)
    if (problem !== null) throw new Error(problem)
    return pointsSource(points, file.fsPath)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

async function labelMapSource(scan: vscode.Uri): Promise<TemplateSource | null> {
  const labelMap = await labelMapForTemplate(scan)
  return labelMap === null ? null : { kind: 'labelMap', path: labelMap.fsPath }
}

/** Asks for scans and adds them to a set. */
export async function chooseScans(context: TemplateContext, node: TemplateNode | undefined): Promise<void> {
  const setPath = node?.kind === 'set' ? node.setPath : await pickSet(context.store, 'Add Scans to Set')
  if (setPath === undefined) return
  const found = await vscode.workspace.findFiles(`**/*{${EDITOR_ENDINGS.join()}}`, '**/node_modules/**', 2000)
  const picked = await vscode.window.showQuickPick(
    found
      .filter((uri) => !isLabelMapName(baseName(uri)))
      .map((uri) => ({ label: baseName(uri), description: vscode.workspace.asRelativePath(uri), uri }))
      .sort((a, b) => a.label.localeCompare(b.label)),
    {
      title: 'Add Scans to Set',
      placeHolder: 'Scans with marked points or a label map beside them',
      canPickMany: true,
    },
  )
  if (picked !== undefined && picked.length > 0)
    await addScans(
      context,
      setPath,
      picked.map(({ uri }) => uri),
    )
}

/** Keeps template sets in step with the points of a scan that was saved; in a workspace that is not trusted only the points are written. */
export async function updateSets({ store }: TemplateContext, document: ScanDocument): Promise<void> {
  if (!vscode.workspace.isTrusted) return
  const sets = store.setsWith(document.uri.fsPath)
  const problem = contradictionText(document.points())
  if (problem !== null && sets.length > 0) {
    void vscode.window.showWarningMessage(
      `${problem} So the template sets with ${document.name} keep the points they have.`,
    )
    return
  }
  for (const { path: setPath, set } of sets) {
    const scan = set === null ? undefined : scanOfFile(setPath, set, document.uri.fsPath)
    if (scan !== undefined) await store.update(setPath, (now) => updateScanPoints(now, scan.id, document.points()))
  }
}
