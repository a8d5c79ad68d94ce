import path from 'node:path'
import * as vscode from 'vscode'
import { completePoints, type Marks } from '../../protocol/marks.js'
import type { AddTemplateRequest, TemplateSource } from '../../protocol/rpc.js'
import type { TemplateSet } from '../../protocol/templateSet.js'
import { findLabelMaps } from '../editor/labelMaps.js'
import { baseName, markupsUri, type ScanDocument } from '../editor/scanDocument.js'
import type { ScanEditors, ScanSession } from '../editor/scanEditors.js'
import { isLabelMapName, isScanName } from '../editor/scanNames.js'
import { RunCancelled, type EngineClient } from '../engineClient.js'
import { mergeStructures } from '../marks/editMarks.js'
import { parseMarkups } from '../marks/slicerMarkups.js'
import { writeWhole } from '../writeWhole.js'
import { removeScanStructure, removeSetStructure, renameSetStructure, updateScanPoints } from './editSet.js'
import { scanOfFile, SET_SUFFIX } from './setFile.js'
import type { StoredSet, TemplateStore } from './templateStore.js'
import type { TemplateNode } from './templateTree.js'

/** What the commands of the Templates view work with. */
export interface TemplateContext {
  readonly store: TemplateStore
  readonly engine: EngineClient
  readonly editors: ScanEditors
}

/** Makes an empty template set in the workspace and answers with its path. */
export async function newSet({ store }: TemplateContext): Promise<string | undefined> {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')
  if (folder === undefined) {
    void vscode.window.showWarningMessage('Open a folder first: template sets are files in it.')
    return undefined
  }
  const name = await vscode.window.showInputBox({
    title: 'New Template Set',
    prompt: `A file in ${folder.name} that ends in ${SET_SUFFIX}`,
    placeHolder: 'my-organs',
    validateInput: (value) => {
      if (!/^[\w. -]+$/.test(value.trim())) return 'Use letters, digits, spaces, dots and dashes.'
      return store.sets().some((stored) => stored.path === setPathFor(folder.uri, value)) ? 'A set of this name is there already.' : undefined
    },
  })
  if (name === undefined) return undefined
  const setPath = setPathFor(folder.uri, name)
  await store.create(setPath, { format: 'medlsam-template-set', formatVersion: 1, name: name.trim(), structures: [], scans: [] })
  return setPath
}

function setPathFor(folder: vscode.Uri, name: string): string {
  return path.join(folder.fsPath, `${name.trim().replaceAll(' ', '-')}${SET_SUFFIX}`)
}

/** Lets people choose a set of their own, or make one. */
async function pickSet(context: TemplateContext, title: string): Promise<string | undefined> {
  const own = context.store.sets().filter((stored) => stored.set !== null)
  if (own.length === 0) return newSet(context)
  const fresh = { label: '$(add) New template set…', setPath: null }
  const picked = await vscode.window.showQuickPick([...own.map((stored) => ({ label: stored.name, description: vscode.workspace.asRelativePath(stored.path), setPath: stored.path })), fresh], { title })
  if (picked === undefined) return undefined
  return picked.setPath ?? newSet(context)
}

/** Adds the marked structures of an open scan to a set. */
export async function addMarkedScan(context: TemplateContext, { document }: ScanSession): Promise<void> {
  const source = pointsSource(document.marks(), markupsUri(document.uri).fsPath)
  if (source === null) {
    void vscode.window.showWarningMessage(`No structure of ${document.name} has all six points yet: place the missing ones first.`)
    return
  }
  const setPath = await pickSet(context, 'Add Marked Scan to Template Set')
  if (setPath === undefined) return
  await document.save()
  await addAndSay(context, { setPath, scanPath: document.uri.fsPath, source })
}

/** Derives the points of every label of the label map on display, as marks of the scan and as a template. */
export async function useLabelMap(context: TemplateContext, { document, shared }: ScanSession): Promise<void> {
  if (shared.shown === null) {
    void vscode.window.showWarningMessage(`No label map of ${document.name} is shown: choose one in the list of structures first.`)
    return
  }
  const setPath = await pickSet(context, 'Use Label Map as Template')
  if (setPath === undefined) return
  const labelMap = vscode.Uri.joinPath(document.uri, '..', shared.shown)
  const set = await addAndSay(context, { setPath, scanPath: document.uri.fsPath, source: { kind: 'labelMap', path: labelMap.fsPath } })
  const scan = scanOfFile(setPath, set, document.uri.fsPath)
  if (scan === undefined) return
  const structures = set.structures.flatMap(({ name, color }) => (Object.hasOwn(scan.structures, name) ? [{ name, color, points: scan.structures[name].points }] : []))
  document.apply(mergeStructures(document.marks(), `Points of ${shared.shown}`, structures))
}

async function addAndSay({ engine, store }: TemplateContext, request: AddTemplateRequest): Promise<TemplateSet> {
  const set = await engine.addTemplate(request)
  await store.refresh()
  const scan = scanOfFile(request.setPath, set, request.scanPath)
  void vscode.window.showInformationMessage(`${path.basename(request.scanPath)} is a template of ${Object.keys(scan?.structures ?? {}).length} structures in ${set.name}.`)
  return set
}

function pointsSource(marks: Marks, markupsPath: string): TemplateSource | null {
  const structures = marks.structures.flatMap(({ name, color, ...marked }) => {
    const points = completePoints({ name, color, ...marked })
    return points === null ? [] : [{ name, color, points }]
  })
  return structures.length === 0 ? null : { kind: 'points', structures, markupsPath }
}

/** Adds scans to a set: with their marks, else with the label map beside them. Scans with neither are named. */
export async function addScans(context: TemplateContext, setPath: string, scans: readonly vscode.Uri[]): Promise<void> {
  const without: vscode.Uri[] = []
  for (const scan of scans) {
    const source = (await markedSource(scan)) ?? (await labelMapSource(scan))
    if (source === null) without.push(scan)
    else await addAndSay(context, { setPath, scanPath: scan.fsPath, source })
  }
  if (without.length === 0) return
  const open = 'Open and Mark'
  const names = without.map(baseName).join(', ')
  if ((await vscode.window.showWarningMessage(`${names} ${without.length === 1 ? 'has' : 'have'} no points and no label map yet: mark six points per structure, then add again.`, open)) === open) {
    await context.editors.open(without[0])
  }
}

async function markedSource(scan: vscode.Uri): Promise<TemplateSource | null> {
  const file = markupsUri(scan)
  try {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file))
    return pointsSource(parseMarkups(text, baseName(file)).marks, file.fsPath)
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return null
    throw error
  }
}

async function labelMapSource(scan: vscode.Uri): Promise<TemplateSource | null> {
  const name = (await findLabelMaps(scan)).at(0)
  return name === undefined ? null : { kind: 'labelMap', path: vscode.Uri.joinPath(scan, '..', name).fsPath }
}

/** Asks for scans and adds them to a set. */
export async function chooseScans(context: TemplateContext, node: TemplateNode | undefined): Promise<void> {
  const setPath = node?.kind === 'set' ? node.setPath : await pickSet(context, 'Add Scans to Set')
  if (setPath === undefined) return
  const found = await vscode.workspace.findFiles('**/*.{nii,nii.gz,nrrd,mha}', '**/node_modules/**', 2000)
  const picked = await vscode.window.showQuickPick(
    found.filter((uri) => isScanName(baseName(uri)) && !isLabelMapName(baseName(uri))).map((uri) => ({ label: baseName(uri), description: vscode.workspace.asRelativePath(uri), uri })).sort((a, b) => a.label.localeCompare(b.label)),
    { title: 'Add Scans to Set', placeHolder: 'Scans with marked points or a label map beside them', canPickMany: true },
  )
  if (picked !== undefined) await addScans(context, setPath, picked.map(({ uri }) => uri))
}

/** Keeps template sets in step with the marks of a scan that was saved. */
export async function updateSets({ store }: TemplateContext, document: ScanDocument): Promise<void> {
  for (const { path: setPath, set } of store.setsWith(document.uri.fsPath)) {
    const scan = set === null ? undefined : scanOfFile(setPath, set, document.uri.fsPath)
    if (scan !== undefined) await store.update(setPath, (now) => updateScanPoints(now, scan.id, document.marks()))
  }
}

/** Renames a set or a structure of one. */
export async function renameNode({ store }: TemplateContext, node: TemplateNode | undefined): Promise<void> {
  if (node?.kind !== 'set' && node?.kind !== 'structure') return
  const set = storedSet(store, node.setPath)?.set
  if (!set) return
  const old = node.kind === 'set' ? set.name : node.structure
  const name = await vscode.window.showInputBox({
    title: `Rename ${old}`,
    value: old,
    validateInput: (value) => {
      if (value.trim() === '') return 'Give it a name.'
      const taken = node.kind === 'structure' && value.trim() !== old && set.structures.some((structure) => structure.name === value.trim())
      return taken ? `${value.trim()} is in the set already.` : undefined
    },
  })
  if (name === undefined || name.trim() === old) return
  await store.update(node.setPath, (now) => (node.kind === 'set' ? { ...now, name: name.trim() } : renameSetStructure(now, old, name.trim())))
}

/** Deletes a set, a structure of one, or a scan's points of a structure; offers to undo it. */
export async function deleteNode({ store }: TemplateContext, node: TemplateNode | undefined): Promise<void> {
  if (node === undefined || node.kind === 'bank' || node.kind === 'bankStructure') return
  const uri = vscode.Uri.file(node.setPath)
  const before = await vscode.workspace.fs.readFile(uri)
  const set = storedSet(store, node.setPath)?.set
  // The view may be a moment behind: what is gone already needs no deleting.
  if (node.kind !== 'set' && set && !set.structures.some(({ name }) => name === node.structure)) return
  const what = await deleteFrom(store, node, set ?? null)
  await store.refresh()
  if ((await vscode.window.showInformationMessage(`${what} was deleted.`, 'Undo')) === 'Undo') {
    await writeWhole(uri, before)
    await store.refresh()
  }
}

async function deleteFrom(store: TemplateStore, node: Exclude<TemplateNode, { readonly kind: 'bank' | 'bankStructure' }>, set: TemplateSet | null): Promise<string> {
  if (node.kind === 'set' || set === null) {
    await vscode.workspace.fs.delete(vscode.Uri.file(node.setPath))
    return path.basename(node.setPath)
  }
  if (node.kind === 'structure') {
    await store.update(node.setPath, (now) => removeSetStructure(now, node.structure))
    return `${node.structure} of ${set.name}`
  }
  await store.update(node.setPath, (now) => removeScanStructure(now, node.scanId, node.structure))
  return `${node.structure} in ${node.scanId}`
}

/** Finds every template of a set with the other ones and shows the errors in the tree. */
export async function checkSet(context: TemplateContext, node: TemplateNode | undefined): Promise<void> {
  const setPath = node?.kind === 'set' ? node.setPath : await pickSet(context, 'Check Templates')
  const stored = setPath === undefined ? undefined : storedSet(context.store, setPath)
  if (setPath === undefined || stored?.set == null) return
  if (stored.set.scans.filter((scan) => scan.enabled).length < 2) {
    void vscode.window.showWarningMessage(`${stored.name} needs at least two scans in use: each is looked for with the others.`)
    return
  }
  const report = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: `Checking ${stored.name}`, cancellable: true }, async (progress, token) => {
    const abort = new AbortController()
    token.onCancellationRequested(() => { abort.abort() })
    try {
      return await context.engine.checkTemplates(setPath, {
        signal: abort.signal,
        onStructure: () => undefined,
        onProgress: ({ done, total, detail }) => { progress.report({ message: `${detail ?? ''} ${total > 0 ? `${done} of ${total}` : ''}`.trim() }) },
      })
    } catch (error) {
      if (error instanceof RunCancelled) return null
      throw error
    }
  })
  if (report === null) return
  context.store.setCheck(setPath, report)
  const flagged = report.rows.filter((row) => row.flagged)
  const problems = report.problems.length > 0 ? ` ${report.problems.join(' ')}` : ''
  if (flagged.length === 0) void vscode.window.showInformationMessage(`The templates of ${stored.name} agree with each other.${problems}`)
  else void vscode.window.showWarningMessage(`Check the points of ${flagged.map((row) => `${row.structure} in ${row.template}`).join(', ')}.${problems}`)
}

/** Opens the file of a set as text. */
export async function openSetFile(node: TemplateNode | undefined): Promise<void> {
  if (node?.kind === 'set') await vscode.window.showTextDocument(vscode.Uri.file(node.setPath))
}

function storedSet(store: TemplateStore, setPath: string): StoredSet | undefined {
  return store.sets().find((stored) => stored.path === setPath)
}
