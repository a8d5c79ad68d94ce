import * as vscode from 'vscode'
import type { ScanAction } from '../protocol/scanEditor.js'
import { VIEW_COMMANDS } from '../protocol/viewCommand.js'
import { createFolderRuns, type FolderRuns } from './dataset/folderRuns.js'
import { followDefaultEditorSetting } from './editor/defaultEditor.js'
import { keyHelp } from './editor/keys.js'
import { createScanEditors, type ScanEditors, type ScanSession } from './editor/scanEditors.js'
import { EDITOR_ENDINGS, opensInEditor } from '../shared/scanNames.js'
import { createEngineClient, type EngineClient } from './engine/engineClient.js'
import { engineSetup } from './engine/readEngineSetup.js'
import { createEngineStatus } from './engine/engineStatus.js'
import { errorText } from './errorText.js'
import { handlePointsRequest } from './points/pointCommands.js'
import {
  downloadGpuRuntime,
  downloadModel,
  importModel,
  removeModel,
  testProviders,
  useModel,
  verifyModel,
  type ModelContext,
} from './models/modelCommands.js'
import { createModelsTree, type ModelNode } from './models/modelsTree.js'
import { sayErrors } from './sayErrors.js'
import { createPreviewFolders } from './segment/previewFolders.js'
import { createRunKeeper, type RunKeeper } from './segment/runKeeper.js'
import { readBankFiles } from './templates/bankFiles.js'
import { addMarkedScan, addScans, chooseScans, updateSets, useLabelMap } from './templates/addTemplates.js'
import { deleteNode, removeScanNode } from './templates/deleteNode.js'
import { newSet } from './templates/pickSet.js'
import { checkSet, openSetFile, renameNode } from './templates/templateCommands.js'
import { createScanHealth } from './templates/scanHealth.js'
import { createTemplateStore, type TemplateStore } from './templates/templateStore.js'
import { createTemplateTree, focusedNode, type TemplateNode } from './templates/templateTree.js'
import { whenTrusted } from './trust.js'

/** What tests and other extensions get from `activate()`. */
export interface ExtensionApi {
  readonly editors: ScanEditors
  readonly engine: EngineClient
  readonly store: TemplateStore
  readonly runs: RunKeeper
}

/** Wires the parts of the extension together. */
export function start(context: vscode.ExtensionContext): ExtensionApi {
  const log = vscode.window.createOutputChannel('MedLSAM', { log: true })
  const status = createEngineStatus()
  const models = createModelsTree()
  const engine = createEngineClient({
    modulePath: vscode.Uri.joinPath(context.extensionUri, 'dist', 'engine.mjs').fsPath,
    setup: () => engineSetup(vscode.workspace.getConfiguration('medlsam'), vscode.workspace.getConfiguration('http')),
    onState: (state) => {
      status.setState(state)
      // Whoever started it: what is installed and on what it runs is worth knowing.
      if (state === 'running')
        loadBanks().catch((error: unknown) => {
          log.warn(errorText(error))
        })
    },
    onOutput: (text) => {
      log.info(text.trimEnd())
    },
  })
  const store = createTemplateStore(
    context.extensionUri,
    createScanHealth((setPath) => engine.scanProblems(setPath)),
    (text) => {
      log.warn(text)
    },
  )

  const loadBanks = async (): Promise<void> => {
    const info = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: 'Starting the MedLSAM engine' },
      () => engine.info(),
    )
    for (const bank of info.banks) store.setBank(bank.name, { info: bank, problem: null })
    await readBankFiles(store, engine)
    models.show(info, await engine.listModels())
    status.setProvider(info.localizer.provider)
  }
  const onProvider = (provider: string): void => {
    status.setProvider(provider)
    models.setProvider(provider)
  }

  const keys = keyHelp(context.extension.packageJSON as Parameters<typeof keyHelp>[0])
  const previews = createPreviewFolders(
    vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'previews').fsPath,
  )
  const editors: ScanEditors = createScanEditors(context, keys, vscode.Uri.file(previews.root), {
    onPointsRequest: handlePointsRequest,
    onAction: (session, action) => onAction(session, action),
    onSaved: ({ document }) => updateSets(templates, document),
  })
  const templates = { store, engine, editors }
  const runContext = { extension: context, store, engine, editors, previews, log, loadBanks, onProvider }
  const runs: RunKeeper = createRunKeeper(runContext, () => folders.running())
  const folders: FolderRuns = createFolderRuns(runContext, () => runs.running())
  const tree = createTemplateTree(store, {
    onDropScans: (setPath, scans) => whenTrusted(() => sayErrors(() => addScans(templates, setPath, scans))),
    loadBanks: () => whenTrusted(loadBanks),
  })

  const modelContext: ModelContext = { engine, tree: models, refresh: loadBanks }
  const whenSeen = (): void => {
    if (vscode.workspace.isTrusted)
      loadBanks().catch((error: unknown) => {
        log.warn(errorText(error))
      })
  }
  models.onFirstSeen(whenSeen)
  if (tree.visible) store.watchScans()
  tree.onDidChangeVisibility(({ visible }) => {
    if (visible) store.watchScans()
  })
  // Other programs may have moved or changed scans meanwhile.
  const whenBack = vscode.window.onDidChangeWindowState(({ focused }) => {
    if (focused && tree.visible) store.watchScans()
  })

  async function onAction(session: ScanSession, action: ScanAction): Promise<void> {
    switch (action) {
      case 'segment':
        return whenTrusted(() => runs.start(session.document.uri))
      case 'cancel':
        runs.cancel()
        folders.cancel()
        return
      case 'retry':
        return runs.retry(session.document.uri)
      case 'remedy':
        return runs.remedy(session.document.uri)
      case 'addToSet':
        return whenTrusted(() => addMarkedScan(templates, session))
      case 'useLabelMap':
        return whenTrusted(() => useLabelMap(templates, session))
    }
  }

  const command = (name: string, work: (argument: never) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`medlsam.${name}`, (argument: never) =>
      sayErrors(async () => {
        await work(argument)
      }),
    )
  /** For what starts the engine or writes files. */
  const trusted = (name: string, work: (argument: never) => unknown): vscode.Disposable =>
    command(name, (argument) => whenTrusted(() => work(argument)))
  const withScan = (work: (scan: vscode.Uri) => Promise<unknown>) => async (argument: vscode.Uri | undefined) => {
    const scan = argument ?? activeScan(editors) ?? (await askForScan())
    if (scan !== undefined) await work(scan)
  }
  const withSession = (work: (session: ScanSession) => Promise<unknown>) => async () => {
    const session = editors.active()
    if (session === undefined)
      void vscode.window.showInformationMessage('Open a scan in the MedLSAM scan editor first.')
    else await work(session)
  }
  const selected = (node: TemplateNode | undefined): TemplateNode | undefined => node ?? tree.selection.at(0)

  context.subscriptions.push(
    log,
    status,
    models,
    store,
    editors,
    tree,
    runs,
    folders,
    whenBack,
    {
      dispose: () => {
        engine.stop()
      },
    },
    followDefaultEditorSetting(context.globalState),
    vscode.workspace.onDidChangeConfiguration((event) => {
      // It learns its settings when it starts.
      if (['medlsam.engine', 'medlsam.models', 'http'].some((section) => event.affectsConfiguration(section)))
        engine.renew()
    }),
    command(
      'openScan',
      withScan((scan) => editors.open(scan)),
    ),
    trusted(
      'segment',
      withScan((scan) => runs.start(scan)),
    ),
    trusted('segmentFolder', async (folder: vscode.Uri | undefined) => {
      const target = folder ?? (await askForFolder())
      if (target !== undefined) await folders.start(target)
    }),
    command('cancel', () => {
      runs.cancel()
      folders.cancel()
    }),
    command('pauseFolder', () => {
      folders.togglePause()
    }),
    command(
      'addStructure',
      withSession((session) => handlePointsRequest(session, { kind: 'add' })),
    ),
    trusted(
      'addToTemplateSet',
      withSession((session) => addMarkedScan(templates, session)),
    ),
    trusted(
      'useLabelMapAsTemplate',
      withSession((session) => useLabelMap(templates, session)),
    ),
    trusted('templates.newSet', () => newSet(store)),
    trusted('templates.addScans', (node: TemplateNode | undefined) => chooseScans(templates, selected(node))),
    trusted('templates.rename', async (node: TemplateNode | undefined) =>
      renameNode(store, node ?? (await focusedNode(tree))),
    ),
    trusted('templates.delete', async (node: TemplateNode | undefined) =>
      deleteNode(store, node ?? (await focusedNode(tree))),
    ),
    trusted('templates.removeScan', async (node: TemplateNode | undefined) =>
      removeScanNode(store, node ?? (await focusedNode(tree))),
    ),
    trusted('templates.check', (node: TemplateNode | undefined) => checkSet(templates, selected(node))),
    command('templates.openFile', (node: TemplateNode | undefined) => openSetFile(selected(node))),
    command('templates.refresh', () => store.refresh()),
    trusted('models.refresh', loadBanks),
    trusted('models.download', (node: ModelNode | undefined) => downloadModel(modelContext, node)),
    trusted('models.import', (node: ModelNode | undefined) => importModel(modelContext, node)),
    trusted('models.verify', (node: ModelNode | undefined) => verifyModel(modelContext, node)),
    trusted('models.remove', (node: ModelNode | undefined) => removeModel(modelContext, node)),
    trusted('models.use', (node: ModelNode | undefined) => useModel(modelContext, node)),
    trusted('models.testProviders', (node: ModelNode | undefined) => testProviders(modelContext, node)),
    trusted('models.gpuRuntime', () => downloadGpuRuntime(modelContext)),
    trusted('restartEngine', async () => {
      const restart = 'Restart'
      const detail = 'Runs, downloads and imports that are going on end with it.'
      if (
        engine.isBusy() &&
        (await vscode.window.showWarningMessage(
          'The engine is at work. Restart it all the same?',
          { modal: true, detail },
          restart,
        )) !== restart
      )
        return
      engine.stop()
      await loadBanks()
    }),
    ...VIEW_COMMANDS.map((name) =>
      command(`view.${name}`, () => {
        editors.command(name)
      }),
    ),
  )
  return { editors, engine, store, runs }
}

/** The scan in front: in our editor, or a scan file in any other one. */
function activeScan(editors: ScanEditors): vscode.Uri | undefined {
  const ours = editors.active()?.document.uri
  if (ours !== undefined) return ours
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input
  const uri = input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText ? input.uri : undefined
  return uri !== undefined && opensInEditor(uri.path) ? uri : undefined
}

async function askForScan(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: 'Open Scan',
    filters: { Scans: EDITOR_ENDINGS.map((ending) => ending.slice(ending.lastIndexOf('.') + 1)) },
  })
  return picked?.at(0)
}

async function askForFolder(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: 'Segment All Scans in Folder',
    canSelectFolders: true,
    canSelectFiles: false,
  })
  return picked?.at(0)
}
