import * as vscode from 'vscode'
import { reviewScanMethod, saveLabelMapMethod, scanProblemsMethod } from '../protocol/rpc.js'
import { handleAction, makeTemplateContext, registerCommands, type CommandParts } from './commands.js'
import { FolderRuns } from './dataset/folderRuns.js'
import { SummaryEditorProvider } from './dataset/summaryPanel.js'
import { tellScanFolders } from './dataset/scanFolders.js'
import { followDefaultEditor } from './editor/defaultEditor.js'
import { keyHelp } from './editor/keys.js'
import { ScanEditorProvider } from './editor/scanEditorProvider.js'
import { ScanEditors } from './editor/scanEditors.js'
import { DicomScans } from './dicom/dicomScans.js'
import { EngineClient } from './engine/engineClient.js'
import { EngineStatus } from './engine/engineStatus.js'
import { engineSetup } from './engine/readEngineSetup.js'
import { errorText } from './errorText.js'
import { loadBanks } from './loadBanks.js'
import { ModelsTree } from './models/modelsTree.js'
import { handlePointsRequest } from './points/pointCommands.js'
import { RunSlot } from './runSlot.js'
import { sayErrors } from './sayErrors.js'
import { CorrectionKeeper } from './labels/correctionKeeper.js'
import { segmentAgain } from './labels/segmentAgain.js'
import { handleStructuresRequest } from './labels/structureCommands.js'
import { StatisticsPanels } from './labels/statisticsPanels.js'
import { createPreviewFolders } from './segment/previewFolders.js'
import { RunKeeper } from './segment/runKeeper.js'
import type { RunServices } from './segment/runServices.js'
import { addScans, updateSets } from './templates/addTemplates.js'
import { followLabelMaps, makeTemplate } from './templates/makeTemplate.js'
import { createScanHealth } from './templates/scanHealth.js'
import { TemplateStore } from './templates/templateStore.js'
import { TemplateTree } from './templates/templateTree.js'
import { whenTrusted } from './trust.js'

/** What tests and other extensions get from `activate()`. */
export interface ExtensionApi {
  readonly editors: ScanEditors
  readonly engine: EngineClient
  readonly store: TemplateStore
  readonly runs: RunKeeper
}

/** Makes the parts of the extension and ties them to VS Code. */
export function activateExtension(context: vscode.ExtensionContext): ExtensionApi {
  const parts = makeParts(context)
  const { editors, engine, store, runs, tree, models, previews, log, loadBanks: load } = parts
  const corrections = new CorrectionKeeper(engine)
  const provider = new ScanEditorProvider(
    {
      context,
      editors,
      keys: keyHelp(context.extension.packageJSON as Parameters<typeof keyHelp>[0]),
      previewRoot: vscode.Uri.file(previews.root),
      saveLabelMap: (request) => engine.ask(saveLabelMapMethod, request),
      dicom: parts.dicom,
    },
    {
      onPointsRequest: handlePointsRequest,
      onStructuresRequest: ({ document }, labelMap, request) =>
        handleStructuresRequest(document.labels, labelMap, request),
      onCorrection: (session, labelMap, request) =>
        request.kind === 'again'
          ? segmentAgain(parts, session, corrections.of(session), { labelMap, labelValue: request.labelValue })
          : corrections.of(session).handle(labelMap, request),
      correctionsOf: (session) => corrections.of(session).view(),
      onAction: (session, action) => handleAction(parts, session, action),
      onSaved: async ({ document }) => {
        await updateSets(parts, document)
        await followLabelMaps(parts, document.uri)
      },
    },
  )
  models.onFirstSeen(() => {
    if (vscode.workspace.isTrusted) void load().catch(warnIn(log))
  })
  context.subscriptions.push(
    provider,
    new SummaryEditorProvider({
      editors,
      review: (request) => engine.ask(reviewScanMethod, request),
      makeTemplate: (scan, labelMap) => makeTemplate(makeTemplateContext(parts), scan, labelMap),
    }),
    followDefaultEditor(context.extension, context.globalState),
    tellScanFolders(),
    vscode.workspace.onDidChangeConfiguration((event) => {
      // It learns its settings when it starts.
      if (['medlsam.engine', 'medlsam.models', 'http'].some((section) => event.affectsConfiguration(section)))
        engine.renew()
    }),
    ...watchScansWhileSeen(tree, store),
    ...registerCommands(parts),
  )
  return { editors, engine, store, runs }
}

/** Every part is made of those before it. */
function makeParts(context: vscode.ExtensionContext): CommandParts {
  const log = vscode.window.createOutputChannel('MedLSAM', { log: true })
  const status = new EngineStatus()
  const models = new ModelsTree()
  const engine = new EngineClient({
    modulePath: vscode.Uri.joinPath(context.extensionUri, 'dist', 'engine.mjs').fsPath,
    setup: () => engineSetup(vscode.workspace.getConfiguration('medlsam'), vscode.workspace.getConfiguration('http')),
    onState: (state) => {
      status.setState(state)
      // Whoever started it: what is installed and on what it runs is worth knowing.
      if (state === 'running') void load().catch(warnIn(log))
    },
    onOutput: (text) => {
      log.info(text.trimEnd())
    },
  })
  const health = createScanHealth((setPath) => engine.ask(scanProblemsMethod, { setPath }))
  const store = new TemplateStore(context.extensionUri, health, (text) => {
    log.warn(text)
  })
  const load = (): Promise<void> => loadBanks({ engine, store, models, status })
  const editors = new ScanEditors()
  const services: RunServices = {
    ...{ extension: context, store, engine, editors, log, loadBanks: load },
    previews: createPreviewFolders(
      vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'previews').fsPath,
    ),
    slot: makeRunSlot(),
    onProvider: (provider) => {
      status.setProvider(provider)
      models.setProvider(provider)
    },
  }
  const runs = new RunKeeper(services)
  const folders = new FolderRuns(services)
  const tree = new TemplateTree(store, {
    onDropScans: (setPath, scans) => whenTrusted(() => sayErrors(() => addScans(services, setPath, scans))),
    loadBanks: () => whenTrusted(load),
  })
  context.subscriptions.push(log, status, models, store, editors, tree, runs, folders, {
    dispose: () => {
      engine.stop()
    },
  })
  const dicom = new DicomScans(engine, vscode.Uri.joinPath(context.globalStorageUri, 'dicom'))
  return { ...services, runs, folders, tree, models, statistics: new StatisticsPanels(engine), dicom }
}

function makeRunSlot(): RunSlot {
  const setContext = (key: string, value: boolean): void =>
    void vscode.commands.executeCommand('setContext', key, value)
  return new RunSlot({
    onChange: (running) => {
      setContext('medlsam.running', running?.kind === 'scan')
      setContext('medlsam.folderRunning', running?.kind === 'folder')
    },
  })
}

/** Other programs may move or change scans at any time: they are looked at whenever the user sees the view again. */
function watchScansWhileSeen({ view }: TemplateTree, store: TemplateStore): vscode.Disposable[] {
  if (view.visible) store.watchScans()
  return [
    view.onDidChangeVisibility(({ visible }) => {
      if (visible) store.watchScans()
    }),
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused && view.visible) store.watchScans()
    }),
  ]
}

function warnIn(log: vscode.LogOutputChannel): (error: unknown) => void {
  return (error) => {
    log.warn(errorText(error))
  }
}
