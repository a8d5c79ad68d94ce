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
export interface ModelsTree {
  show(info: EngineInfo, models: ModelsInfo): void
  models(): readonly ModelSummary[]
  /** Tells on what the engine really ran. */
  setProvider(provider: string): void
  /** Asked when the view is first seen and nothing is known yet. */
  onFirstSeen(ask: () => void): void
  dispose(): void
}

/** Shows the Models view. */
export function createModelsTree(): ModelsTree {
  const changed = new vscode.EventEmitter<undefined>()
  let known: { readonly info: EngineInfo; readonly models: ModelsInfo } | undefined
  let provider = ''
  const view = vscode.window.createTreeView<ModelNode>('medlsam.models', {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (node) => (node !== undefined || known === undefined ? [] : rows(known.models)),
      getTreeItem: (node) => {
        switch (node.kind) {
          case 'model':
            return modelItem(node.model, known?.info)
          case 'problem':
            return problemItem(node.text)
          case 'provider':
            return providerItem(provider, known?.info)
        }
      },
    },
  })
  const configured = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('medlsam.run.segmenter')) changed.fire(undefined)
  })
  return {
    show(info, models) {
      known = { info, models }
      if (provider === '') provider = info.localizer.provider
      changed.fire(undefined)
    },
    models: () => known?.models.models ?? [],
    setProvider(next) {
      provider = next
      changed.fire(undefined)
    },
    onFirstSeen(ask) {
      if (view.visible && known === undefined) ask()
      view.onDidChangeVisibility(({ visible }) => {
        if (visible && known === undefined) ask()
      })
    },
    dispose() {
      configured.dispose()
      view.dispose()
      changed.dispose()
    },
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
