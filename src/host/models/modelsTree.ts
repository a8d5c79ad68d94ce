import * as vscode from 'vscode'
import type { EngineInfo } from '../../protocol/rpc.js'

interface ModelItem {
  readonly label: string
  readonly description: string
  readonly icon: string
  readonly tooltip: string
}

/** The Models view: what is installed and what runs it. Empty until the engine has told. */
export interface ModelsTree {
  show(info: EngineInfo): void
  /** Asked when the view is first seen and nothing is known yet. */
  onFirstSeen(ask: () => void): void
  dispose(): void
}

/** Shows the Models view. */
export function createModelsTree(): ModelsTree {
  const changed = new vscode.EventEmitter<undefined>()
  let items: readonly ModelItem[] = []
  const view = vscode.window.createTreeView<ModelItem>('medlsam.models', {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (item) => (item === undefined ? [...items] : []),
      getTreeItem: ({ label, description, icon, tooltip }) => {
        const item = new vscode.TreeItem(label)
        item.description = description
        item.iconPath = new vscode.ThemeIcon(icon)
        item.tooltip = tooltip
        return item
      },
    },
  })
  return {
    onFirstSeen(ask) {
      if (view.visible && items.length === 0) ask()
      view.onDidChangeVisibility(({ visible }) => { if (visible && items.length === 0) ask() })
    },
    show(info) {
      items = [
        { label: info.localizer.id, description: `localizes · ${info.localizer.provider}`, icon: 'target', tooltip: `${info.localizer.kind} model, SHA-256 ${info.localizer.sha256}` },
        ...info.segmenters.map(({ id, title }) => ({ label: id, description: 'segments · installed', icon: 'paintcan', tooltip: title })),
        { label: 'Providers', description: info.providers.join(', '), icon: 'chip', tooltip: 'Execution providers that ONNX Runtime offers here' },
      ]
      changed.fire(undefined)
    },
    dispose() {
      view.dispose()
      changed.dispose()
    },
  }
}
