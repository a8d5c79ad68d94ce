import * as vscode from 'vscode'
import { EXTREME_SIDES } from '../../shared/geometry/points.js'
import type { TemplateScan } from '../../shared/templateSet.js'
import { EDITOR_ENDINGS, opensInEditor } from '../../shared/scanNames.js'
import { baseName } from '../editor/scanDocument.js'
import { sayErrors } from '../sayErrors.js'
import { whenTrusted } from '../trust.js'
import { enableScan, scansOfStructure } from '../../shared/templateSetEdit.js'
import { templateScanPath } from '../../shared/node/templateSetPaths.js'
import { isUnread } from './bankFiles.js'
import type { StoredBank, StoredSet, TemplateStore } from './templateStore.js'

/** A node of the Templates view. */
export type TemplateNode =
  | { readonly kind: 'set'; readonly setPath: string }
  | { readonly kind: 'structure'; readonly setPath: string; readonly structure: string }
  | { readonly kind: 'scan'; readonly setPath: string; readonly structure: string; readonly scanId: string }
  | { readonly kind: 'bank'; readonly id: string }
  | { readonly kind: 'bankStructure'; readonly bank: string; readonly structure: string }

/** What the tree needs from outside. */
export interface TreeHandlers {
  /** Scans were dropped on a set. */
  onDropScans(setPath: string, scans: readonly vscode.Uri[]): Promise<void>
  /** A bank is opened and nobody knows what it holds yet. */
  loadBanks(): Promise<void>
}

/** Shows the Templates view: sets, their structures, the scans with points of each. */
export function createTemplateTree(store: TemplateStore, handlers: TreeHandlers): vscode.TreeView<TemplateNode> {
  const changed = new vscode.EventEmitter<undefined>()
  store.onDidChange(() => {
    changed.fire(undefined)
  })
  const setOf = (setPath: string): StoredSet | undefined => store.sets().find((stored) => stored.path === setPath)

  const provider: vscode.TreeDataProvider<TemplateNode> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: (node) => itemOf(node, store, setOf),
    async getChildren(node) {
      if (node === undefined) {
        return [
          ...store.sets().map((stored): TemplateNode => ({ kind: 'set', setPath: stored.path })),
          // Where they cannot be used, the welcome text says what to do first.
          ...(canUseBanks() ? store.banks().map(({ id }): TemplateNode => ({ kind: 'bank', id })) : []),
        ]
      }
      switch (node.kind) {
        case 'set':
          return (setOf(node.setPath)?.set?.structures ?? []).map(({ name }): TemplateNode => ({
            kind: 'structure',
            setPath: node.setPath,
            structure: name,
          }))
        case 'structure': {
          const set = setOf(node.setPath)?.set
          return set
            ? scansOfStructure(set, node.structure).map((scan): TemplateNode => ({
                ...node,
                kind: 'scan',
                scanId: scan.id,
              }))
            : []
        }
        case 'bank':
          if (isUnread(store.bank(node.id))) await handlers.loadBanks()
          return (store.bank(node.id)?.info?.structures ?? []).map(({ name }): TemplateNode => ({
            kind: 'bankStructure',
            bank: node.id,
            structure: name,
          }))
        case 'scan':
        case 'bankStructure':
          return []
      }
    },
  }

  const view = vscode.window.createTreeView('medlsam.templates', {
    treeDataProvider: provider,
    showCollapseAll: true,
    manageCheckboxStateManually: true,
    dragAndDropController: {
      dropMimeTypes: ['text/uri-list'],
      dragMimeTypes: [],
      async handleDrop(target, data) {
        if (target === undefined || target.kind === 'bank' || target.kind === 'bankStructure') {
          void vscode.window.showInformationMessage('Drop scans on a template set of your own.')
          return
        }
        const list = await data.get('text/uri-list')?.asString()
        const scans = (list ?? '')
          .split(/\r?\n/)
          .filter((line) => line !== '')
          .map((line) => vscode.Uri.parse(line))
          .filter((uri) => opensInEditor(baseName(uri)))
        if (scans.length === 0)
          void vscode.window.showInformationMessage(
            `Only scans (${EDITOR_ENDINGS.join(', ')}) can be added to a template set.`,
          )
        else await handlers.onDropScans(target.setPath, scans)
      },
    },
  })
  const sayEmpty = (): void => {
    view.message = canUseBanks() && store.sets().length === 0 ? 'No template set of your own yet: + makes one.' : ''
  }
  sayEmpty()
  store.onDidChange(sayEmpty)
  const onTicked = async (items: vscode.TreeCheckboxChangeEvent<TemplateNode>['items']): Promise<void> => {
    for (const [node, state] of items) {
      if (node.kind !== 'scan') continue
      await whenTrusted(() =>
        store.update(node.setPath, (set) =>
          enableScan(set, node.scanId, state === vscode.TreeItemCheckboxState.Checked),
        ),
      )
    }
  }
  view.onDidChangeCheckboxState(({ items }) => sayErrors(() => onTicked(items)))
  return view
}

/**
 * The node that the keyboard is at. Arrow keys move the focus and leave the selection behind, and VS Code tells extensions
 * of the selection alone (microsoft/vscode#170248): the row whose selection a first switch changes has the focus, and
 * a second switch takes that back. Unlike selecting, this opens nothing.
 */
export async function focusedNode(view: vscode.TreeView<TemplateNode>): Promise<TemplateNode | undefined> {
  const before = view.selection
  await vscode.commands.executeCommand('list.toggleSelection')
  const after = view.selection
  await vscode.commands.executeCommand('list.toggleSelection')
  const has = (nodes: readonly TemplateNode[], node: TemplateNode): boolean =>
    nodes.some((other) => JSON.stringify(other) === JSON.stringify(node))
  return [...before, ...after].find((node) => has(before, node) !== has(after, node))
}

function canUseBanks(): boolean {
  return vscode.workspace.isTrusted && (vscode.workspace.workspaceFolders ?? []).length > 0
}

function itemOf(
  node: TemplateNode,
  store: TemplateStore,
  setOf: (setPath: string) => StoredSet | undefined,
): vscode.TreeItem {
  switch (node.kind) {
    case 'set':
      return setItem(setOf(node.setPath), node.setPath)
    case 'structure':
      return structureItem(setOf(node.setPath), node.structure)
    case 'scan':
      return scanItem(setOf(node.setPath), node.structure, node.scanId)
    case 'bank':
      return bankItem(store.bank(node.id), node.id)
    case 'bankStructure': {
      const info = store.bank(node.bank)?.info
      const item = new vscode.TreeItem(node.structure)
      item.description = `${info?.templates.filter(({ structures }) => structures.includes(node.structure)).length ?? 0} scans`
      item.iconPath = new vscode.ThemeIcon('symbol-field')
      item.contextValue = 'bankStructure'
      return item
    }
  }
}

function bankItem(bank: StoredBank | undefined, id: string): vscode.TreeItem {
  const item = new vscode.TreeItem(bank?.name ?? id, vscode.TreeItemCollapsibleState.Collapsed)
  item.id = `bank ${id}`
  item.contextValue = 'bank'
  if (bank === undefined) return item
  const { info, problem, builtIn } = bank
  const kind = builtIn ? 'built in' : 'bank file'
  if (problem !== null) {
    item.description = 'cannot be used'
    item.tooltip = problem
    item.iconPath = new vscode.ThemeIcon('error')
    return item
  }
  item.description =
    info === null ? kind : `${kind} · ${info.structures.length} structures, ${info.templates.length} scans`
  item.tooltip = [builtIn ? 'Template bank that comes with MedLSAM.' : id, info?.credit ?? '']
    .filter((text) => text !== '')
    .join('\n')
  item.iconPath = new vscode.ThemeIcon('library')
  return item
}

function setItem(stored: StoredSet | undefined, setPath: string): vscode.TreeItem {
  const item = new vscode.TreeItem(stored?.name ?? setPath, vscode.TreeItemCollapsibleState.Expanded)
  item.id = setPath
  item.contextValue = 'set'
  item.tooltip = setPath
  if (stored?.set == null) {
    item.description = 'cannot be read'
    item.tooltip = stored?.problem ?? setPath
    item.iconPath = new vscode.ThemeIcon('error')
    return item
  }
  const { structures, scans } = stored.set
  const problems = stored.scanProblems.size
  item.description = `${structures.length} structures, ${scans.length} ${scans.length === 1 ? 'scan' : 'scans'}${problems > 0 ? ` · ${problems} ${problems === 1 ? 'warning' : 'warnings'}` : ''}`
  item.iconPath = new vscode.ThemeIcon(problems > 0 ? 'warning' : 'folder-library')
  return item
}

function structureItem(stored: StoredSet | undefined, name: string): vscode.TreeItem {
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Collapsed)
  item.id = `${stored?.path ?? ''}/${name}`
  item.contextValue = 'structure'
  const scans = stored?.set ? scansOfStructure(stored.set, name) : []
  const points = scans.length * EXTREME_SIDES.length
  const errors = stored?.check?.rows.filter((row) => row.structure === name) ?? []
  const measured = errors.map((row) => row.wallErrorMm)
  const mean = measured.reduce((sum, mm) => sum + mm, 0) / measured.length
  item.description = `${scans.length} ${scans.length === 1 ? 'scan' : 'scans'}, ${points} points${measured.length > 0 ? ` · error ${mean.toFixed(1)} mm` : ''}`
  item.iconPath = new vscode.ThemeIcon(errors.some((row) => row.flagged) ? 'warning' : 'symbol-field')
  return item
}

function scanItem(stored: StoredSet | undefined, structure: string, scanId: string): vscode.TreeItem {
  const item = new vscode.TreeItem(scanId)
  const scan: TemplateScan | undefined = stored?.set?.scans.find(({ id }) => id === scanId)
  if (stored === undefined || scan === undefined) return item
  item.id = `${stored.path}/${structure}/${scanId}`
  item.contextValue = 'scanOfStructure'
  item.checkboxState = {
    state: scan.enabled ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked,
    tooltip: scan.enabled
      ? 'Used: click to leave this scan out of all structures of the set'
      : 'Not used: click to use it again',
    accessibilityInformation: { label: `Use ${scanId} as a template` },
  }
  const problem = stored.scanProblems.get(scanId)
  const row = stored.check?.rows.find((candidate) => candidate.template === scanId && candidate.structure === structure)
  const error = row === undefined ? '' : `error ${row.wallErrorMm.toFixed(1)} mm`
  item.description = [
    problem === undefined ? '' : 'moved or changed',
    error,
    row?.flagged === true ? 'check its points' : '',
  ]
    .filter((text) => text !== '')
    .join(' · ')
  item.tooltip = problem ?? templateScanPath(stored.path, scan)
  item.iconPath = new vscode.ThemeIcon(problem !== undefined || row?.flagged === true ? 'warning' : 'file-media')
  item.command = {
    command: 'medlsam.openScan',
    title: 'Open Scan',
    arguments: [vscode.Uri.file(templateScanPath(stored.path, scan))],
  }
  return item
}
