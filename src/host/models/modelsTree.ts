import * as vscode from 'vscode'
import type { ModelsInfo, ModelSummary } from '../../shared/modelTypes.js'
import type { EngineInfo } from '../../protocol/rpc.js'
import { chosenSegmenter } from './chosenSegmenter.js'
import { isNamed, modelContext, modelDescription, modelTooltip, namedPrecision } from './modelText.js'

/** A row of the Models view. */
export type ModelNode =
  | { readonly kind: 'model'; readonly model: ModelSummary }
  /** Something in the models folder that cannot be used, and why. */
  | { readonly kind: 'problem'; readonly text: string }
  | { readonly kind: 'provider' }

/** The Models view: what is built in, installed, or can be had, and on what it runs. Empty until the engine has told. */
export class ModelsTree implements vscode.TreeDataProvider<ModelNode> {
  private readonly changed = new vscode.EventEmitter<undefined>()
  readonly onDidChangeTreeData = this.changed.event
  private readonly view = vscode.window.createTreeView<ModelNode>('medlsam.models', { treeDataProvider: this })
  private readonly configured = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('medlsam.run.segmenter')) this.changed.fire(undefined)
  })
  private known: { readonly info: EngineInfo; readonly models: ModelsInfo } | undefined
  private provider = ''

  getChildren(node: ModelNode | undefined): ModelNode[] {
    return node !== undefined || this.known === undefined ? [] : rows(this.known.models)
  }

  getTreeItem(node: ModelNode): vscode.TreeItem {
    switch (node.kind) {
      case 'model':
        return modelItem(node.model, this.known?.info)
      case 'problem':
        return problemItem(node.text)
      case 'provider':
        return providerItem(this.provider, this.known?.info)
    }
  }

  show(info: EngineInfo, models: ModelsInfo): void {
    this.known = { info, models }
    if (this.provider === '') this.provider = info.localizer.provider
    this.changed.fire(undefined)
  }

  models(): readonly ModelSummary[] {
    return this.known?.models.models ?? []
  }

  /** Tells on what the engine really ran. */
  setProvider(provider: string): void {
    this.provider = provider
    this.changed.fire(undefined)
  }

  /** Asks when the view is first seen and nothing is known yet. */
  onFirstSeen(ask: () => void): void {
    if (this.view.visible && this.known === undefined) ask()
    this.view.onDidChangeVisibility(({ visible }) => {
      if (visible && this.known === undefined) ask()
    })
  }

  dispose(): void {
    this.configured.dispose()
    this.view.dispose()
    this.changed.dispose()
  }
}

function rows({ models, problems }: ModelsInfo): ModelNode[] {
  return [
    ...models.map((model): ModelNode => ({ kind: 'model', model })),
    ...problems.map((text): ModelNode => ({ kind: 'problem', text })),
    { kind: 'provider' },
  ]
}

function modelItem(model: ModelSummary, info: EngineInfo | undefined): vscode.TreeItem {
  const name = model.task === 'segment' ? chosenSegmenter() : (info?.localizer.id ?? '')
  const current = isNamed(model, name)
  const item = new vscode.TreeItem(model.title)
  item.id = model.id
  item.description = modelDescription(model, current, namedPrecision(model, name))
  item.iconPath = new vscode.ThemeIcon(current ? 'pass-filled' : model.task === 'segment' ? 'paintcan' : 'target')
  item.tooltip = modelTooltip(model)
  item.contextValue = modelContext(model)
  return item
}

function problemItem(text: string): vscode.TreeItem {
  const item = new vscode.TreeItem('Cannot be used')
  item.id = text
  item.description = text
  item.iconPath = new vscode.ThemeIcon('warning')
  item.tooltip = text
  item.contextValue = 'problem'
  return item
}

function providerItem(provider: string, info: EngineInfo | undefined): vscode.TreeItem {
  const item = new vscode.TreeItem('Runs on')
  item.description = provider
  item.iconPath = new vscode.ThemeIcon('chip')
  item.tooltip = `ONNX Runtime offers here: ${info?.providers.join(', ') ?? ''}. "Test Providers" of a segmenter finds the fastest.`
  item.contextValue = 'provider'
  return item
}
