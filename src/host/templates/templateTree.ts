import * as vscode from 'vscode'
import { EDITOR_ENDINGS, opensInEditor } from '../../shared/scanNames.js'
import { enableScan, scansOfStructure } from '../../shared/templateSetEdit.js'
import { baseName } from '../editor/scanDocument.js'
import { sayErrors } from '../sayErrors.js'
import { whenTrusted } from '../trust.js'
import { isUnread } from './bankFiles.js'
import { templateItem } from './templateItems.js'
import type { TemplateNode } from './templateNode.js'
import type { TemplateStore } from './templateStore.js'

/** What the tree needs from outside. */
export interface TreeHandlers {
  /** Scans were dropped on a set. */
  onDropScans(setPath: string, scans: readonly vscode.Uri[]): Promise<void>
  /** A bank is opened and nobody knows what it holds yet. */
  loadBanks(): Promise<void>
}

/** The Templates view: sets, their structures, the scans with points of each; and banks. */
export class TemplateTree
  implements vscode.TreeDataProvider<TemplateNode>, vscode.TreeDragAndDropController<TemplateNode>
{
  readonly dropMimeTypes = ['text/uri-list']
  readonly dragMimeTypes = []
  private readonly changed = new vscode.EventEmitter<undefined>()
  readonly onDidChangeTreeData = this.changed.event
  readonly view: vscode.TreeView<TemplateNode>

  constructor(
    private readonly store: TemplateStore,
    private readonly handlers: TreeHandlers,
  ) {
    this.view = vscode.window.createTreeView('medlsam.templates', {
      treeDataProvider: this,
      showCollapseAll: true,
      manageCheckboxStateManually: true,
      dragAndDropController: this,
    })
    this.view.onDidChangeCheckboxState(({ items }) => sayErrors(() => this.tick(items)))
    this.sayEmpty()
    store.onDidChange(() => {
      this.changed.fire(undefined)
      this.sayEmpty()
    })
  }

  getTreeItem(node: TemplateNode): vscode.TreeItem {
    return templateItem(node, this.store)
  }

  async getChildren(node: TemplateNode | undefined): Promise<TemplateNode[]> {
    const { store } = this
    if (node === undefined) {
      return [
        ...store.sets().map((stored): TemplateNode => ({ kind: 'set', setPath: stored.path })),
        // Where they cannot be used, the welcome text says what to do first.
        ...(canUseBanks() ? store.banks().map(({ id }): TemplateNode => ({ kind: 'bank', id })) : []),
      ]
    }
    switch (node.kind) {
      case 'set':
        return (store.set(node.setPath)?.set?.structures ?? []).map(({ name }) => ({
          kind: 'structure',
          setPath: node.setPath,
          structure: name,
        }))
      case 'structure': {
        const set = store.set(node.setPath)?.set
        return set ? scansOfStructure(set, node.structure).map(({ id }) => ({ ...node, kind: 'scan', scanId: id })) : []
      }
      case 'bank':
        if (isUnread(store.bank(node.id))) await this.handlers.loadBanks()
        return (store.bank(node.id)?.info?.structures ?? []).map(({ name }) => ({
          kind: 'bankStructure',
          bank: node.id,
          structure: name,
        }))
      case 'scan':
      case 'bankStructure':
        return []
    }
  }

  async handleDrop(target: TemplateNode | undefined, data: vscode.DataTransfer): Promise<void> {
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
    else await this.handlers.onDropScans(target.setPath, scans)
  }

  dispose(): void {
    this.view.dispose()
    this.changed.dispose()
  }

  private sayEmpty(): void {
    const isEmpty = canUseBanks() && this.store.sets().length === 0
    this.view.message = isEmpty
      ? 'No template set of your own yet. To begin, open a scan and press ▷ above it: the built-in bank finds seven organs of head and neck. For other organs, + makes a set.'
      : ''
  }

  private async tick(items: vscode.TreeCheckboxChangeEvent<TemplateNode>['items']): Promise<void> {
    for (const [node, state] of items) {
      if (node.kind !== 'scan') continue
      const enabled = state === vscode.TreeItemCheckboxState.Checked
      await whenTrusted(() => this.store.update(node.setPath, (set) => enableScan(set, node.scanId, enabled)))
    }
  }
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
