import * as vscode from 'vscode'
import type { ScanAction } from '../protocol/scanEditor.js'
import { VIEW_COMMANDS } from '../protocol/viewCommand.js'
import { opensInEditor } from '../shared/scanNames.js'
import { askForFolder, scanInFront } from './askForScan.js'
import type { FolderRuns } from './dataset/folderRuns.js'
import { chooseSecond } from './editor/chooseSecond.js'
import { beginLabelMap } from './editor/newLabelMap.js'
import { deleteLabelMap } from './editor/deleteLabelMap.js'
import { exportLabelMap } from './editor/exportLabelMap.js'
import type { ScanEditors } from './editor/scanEditors.js'
import type { ScanSession } from './editor/scanSession.js'
import { stopEngine } from './engine/stopEngine.js'
import { chooseReference, closeComparison, compareAgain, takeComparison } from './labels/compareLabelMaps.js'
import { importLabels } from './labels/importLabels.js'
import { operateOnStructure } from './labels/operateOnStructure.js'
import type { StatisticsPanels } from './labels/statisticsPanels.js'
import { STRUCTURE_OPERATIONS } from './labels/structureOperations.js'
import {
  downloadGpuRuntime,
  downloadModel,
  importModel,
  removeModel,
  testProviders,
  useModel,
  verifyModel,
} from './models/modelCommands.js'
import type { ModelNode, ModelsTree } from './models/modelsTree.js'
import { handlePointsRequest } from './points/pointCommands.js'
import { sayErrors } from './sayErrors.js'
import { clearCache } from './dicom/clearCache.js'
import type { DicomScans } from './dicom/dicomScans.js'
import { openDicomSeries } from './dicom/openDicomSeries.js'
import { makeSample } from './sample/makeSample.js'
import type { RunKeeper } from './segment/runKeeper.js'
import type { RunServices } from './segment/runServices.js'
import { stopRuns } from './segment/stopRuns.js'
import { addMarkedScan, chooseScans, useLabelMap } from './templates/addTemplates.js'
import { deleteNode, removeScanNode } from './templates/deleteNode.js'
import { makeTemplate, type MakeTemplateContext } from './templates/makeTemplate.js'
import { newSet } from './templates/pickSet.js'
import { checkSet, openSetFile, renameNode } from './templates/templateCommands.js'
import type { TemplateNode } from './templates/templateNode.js'
import { focusedNode, type TemplateTree } from './templates/templateTree.js'
import { whenTrusted } from './trust.js'

/** What commands work with. */
export interface CommandParts extends RunServices {
  readonly runs: RunKeeper
  readonly folders: FolderRuns
  readonly tree: TemplateTree
  readonly models: ModelsTree
  readonly statistics: StatisticsPanels
  readonly dicom: DicomScans
}

/** What a command does. VS Code hands over what it is called on (a node of a view, a file, or nothing), and all that is selected with it. */
type CommandWork = (argument: never, selection: never) => unknown

/** Commands by their names without `medlsam.`. */
type Commands = Readonly<Record<string, CommandWork>>

/** Registers the commands of the extension; what goes wrong in one is shown as a message. */
export function registerCommands(parts: CommandParts): vscode.Disposable[] {
  const commands = {
    ...viewCommands(parts),
    ...runCommands(parts),
    ...labelCommands(parts),
    ...templateCommands(parts),
    ...modelCommands(parts),
  }
  return Object.entries(commands).map(([name, work]) =>
    vscode.commands.registerCommand(`medlsam.${name}`, (argument: never, selection: never) =>
      sayErrors(async () => {
        await work(argument, selection)
      }),
    ),
  )
}

/** Does what a button of the scan editor asks for. */
export async function handleAction(parts: CommandParts, session: ScanSession, action: ScanAction): Promise<void> {
  const { runs, slot } = parts
  const { uri } = session.document
  switch (action) {
    case 'segment':
      return whenTrusted(() => runs.start(uri))
    case 'cancel':
      // A scan of a folder that runs is stopped with it.
      if (!runs.cancel(uri)) slot.running()?.cancel()
      return
    case 'keepFinished':
      runs.keepFinished(uri)
      return
    case 'undoRun':
      return runs.undo(uri)
    case 'takePoints':
      runs.takePoints(uri)
      return
    case 'closeRun':
      runs.close(uri)
      return
    case 'showOverScan':
      if (session.labelMapItself?.scan) await parts.editors.showOver(session, session.labelMapItself.scan)
      return
    case 'chooseSecond': {
      const second = await chooseSecond(session.document)
      if (second !== undefined) await parts.editors.showSecond(session, second)
      return
    }
    case 'removeSecond':
      return parts.editors.showSecond(session, null)
    case 'newLabelMap':
      return whenTrusted(() => beginLabelMap(session))
    case 'importLabels':
      return whenTrusted(() => importLabels(parts, session))
    case 'compare':
      return whenTrusted(() => chooseReference(parts.engine, session))
    case 'compareAgain':
      return whenTrusted(() => compareAgain(parts.engine, session))
    case 'closeComparison':
      return closeComparison(session)
    case 'copyComparison':
      return takeComparison(session, 'copy')
    case 'saveComparison':
      return takeComparison(session, 'save')
    case 'statistics':
      return whenTrusted(() => parts.statistics.show(session))
    case 'deleteLabelMap':
      return whenTrusted(() => deleteLabelMap(session))
    case 'retry':
      return runs.retry(uri)
    case 'remedy':
      return runs.remedy(uri)
    case 'addToSet':
      return whenTrusted(() => addMarkedScan(parts, session))
    case 'useLabelMap':
      return whenTrusted(() => useLabelMap(parts, session))
  }
}

function viewCommands(parts: CommandParts): Commands {
  const { editors } = parts
  return {
    ...Object.fromEntries(
      VIEW_COMMANDS.map((name): [string, CommandWork] => [
        `view.${name}`,
        () => {
          editors.command(name)
        },
      ]),
    ),
    // By path where a link of a page of ours asks for it.
    openScan: async (asked: vscode.Uri | string | undefined, selection: readonly vscode.Uri[] | undefined) => {
      const scans = scansOf(typeof asked === 'string' ? vscode.Uri.file(asked) : asked, selection)
      for (const one of scans.length > 0 ? scans : await scansInFront(editors))
        // A link may lead to the folder of a DICOM series.
        await ((await isFolder(one)) ? openDicomSeries(parts, one) : editors.open(one))
    },
    compareScans: (scan: vscode.Uri | undefined, selection: readonly vscode.Uri[] | undefined) =>
      editors.compare(scansOf(scan, selection)),
    openDicomSeries: trusted((folder: vscode.Uri | undefined) => openDicomSeries(parts, folder)),
    clearCache: trusted(() => clearCache(parts.dicom)),
    openSample: async () => {
      await editors.open(await makeSample(parts.extension))
    },
    goTo: () => editors.goTo(),
    nextScan: () => editors.openNeighbour(1),
    previousScan: () => editors.openNeighbour(-1),
    linkEditors: () => {
      editors.toggleLink()
    },
    addStructure: withSession(parts, (session) => handlePointsRequest(session, { kind: 'add' })),
  }
}

function runCommands(parts: CommandParts): Commands {
  const { runs, folders, slot, engine, loadBanks } = parts
  return {
    segment: trusted(withScan(parts, (scan) => runs.start(scan))),
    exportLabelMap: trusted(withSession(parts, (session) => exportLabelMap(parts, session))),
    segmentFolder: trusted(async (folder: vscode.Uri | undefined) => {
      const target = folder ?? (await askForFolder())
      if (target !== undefined) await folders.start(target)
    }),
    runFolderAgain: trusted(async (at: vscode.Uri | undefined) => {
      const target = at ?? (await askForFolder())
      if (target !== undefined) await folders.startAgain(target)
    }),
    cancel: () => stopRuns(slot),
    pauseFolder: () => {
      folders.togglePause()
    },
    restartEngine: trusted(async () => {
      if (await stopEngine(engine)) await loadBanks()
    }),
  }
}

/** Commands on the label map of the scan in front; menus hand over which structure they were opened on. */
function labelCommands({ editors, engine, statistics }: CommandParts): Commands {
  const onSession = (work: (session: ScanSession) => Promise<unknown>): CommandWork =>
    trusted(withSession({ editors }, work))
  return {
    importLabels: onSession((session) => importLabels({ engine, editors }, session)),
    compareLabelMaps: onSession((session) => chooseReference(engine, session)),
    statistics: onSession((session) => statistics.show(session)),
    'statistics.copy': (labelMap: string) => statistics.copy(labelMap),
    'statistics.save': (labelMap: string) => statistics.save(labelMap),
    ...Object.fromEntries(
      STRUCTURE_OPERATIONS.map((name): [string, CommandWork] => [
        `structure.${name}`,
        trusted((menu: { readonly labelValue?: number } | undefined) =>
          inFront(editors, (session) => operateOnStructure(engine, session, name, menu?.labelValue)),
        ),
      ]),
    ),
  }
}

function templateCommands(parts: CommandParts): Commands {
  const { store, tree } = parts
  const selected = (node: TemplateNode | undefined): TemplateNode | undefined => node ?? tree.view.selection.at(0)
  const onFocused =
    (work: (node: TemplateNode | undefined) => unknown) =>
    async (node: TemplateNode | undefined): Promise<void> => {
      await work(node ?? (await focusedNode(tree.view)))
    }
  return {
    addToTemplateSet: trusted(withSession(parts, (session) => addMarkedScan(parts, session))),
    useLabelMapAsTemplate: trusted(withSession(parts, (session) => useLabelMap(parts, session))),
    makeTemplate: trusted(withScan(parts, (scan) => makeTemplate(makeTemplateContext(parts), scan))),
    'templates.newSet': trusted(() => newSet(store)),
    'templates.addScans': trusted((node: TemplateNode | undefined) => chooseScans(parts, selected(node))),
    'templates.rename': trusted(onFocused((node) => renameNode(store, node))),
    'templates.delete': trusted(onFocused((node) => deleteNode(store, node))),
    'templates.removeScan': trusted(onFocused((node) => removeScanNode(store, node))),
    'templates.check': trusted((node: TemplateNode | undefined) => checkSet(parts, selected(node))),
    'templates.openFile': (node: TemplateNode | undefined) => openSetFile(selected(node)),
    'templates.refresh': () => store.refresh(),
  }
}

/** What making a template works with: the rest is run again where its results lie. */
export function makeTemplateContext(parts: CommandParts): MakeTemplateContext {
  const { store, engine, editors, folders } = parts
  return { store, engine, editors, runRest: (labelMap) => folders.startAgain(labelMap) }
}

function modelCommands({ engine, models, loadBanks }: CommandParts): Commands {
  const context = { engine, tree: models, refresh: loadBanks }
  return {
    'models.refresh': trusted(loadBanks),
    'models.download': trusted((node: ModelNode | undefined) => downloadModel(context, node)),
    'models.import': trusted((node: ModelNode | undefined) => importModel(context, node)),
    'models.verify': trusted((node: ModelNode | undefined) => verifyModel(context, node)),
    'models.remove': trusted((node: ModelNode | undefined) => removeModel(context, node)),
    'models.use': trusted((node: ModelNode | undefined) => useModel(context, node)),
    'models.testProviders': trusted((node: ModelNode | undefined) => testProviders(context, node)),
    'models.gpuRuntime': trusted(() => downloadGpuRuntime(context)),
  }
}

/** For what starts the engine or writes files. */
function trusted(work: CommandWork): CommandWork {
  return (argument, selection) => whenTrusted(() => work(argument, selection))
}

/** For what works on a scan: the one that it is called on, or the one in front. */
function withScan({ editors }: CommandParts, work: (scan: vscode.Uri) => Promise<unknown>): CommandWork {
  return async (argument: vscode.Uri | undefined) => {
    const scan = argument ?? (await scanInFront(editors))
    if (scan !== undefined) await work(scan)
  }
}

/** The scans among what is selected; the one that the menu was opened on comes first. */
function scansOf(scan: vscode.Uri | undefined, selection: readonly vscode.Uri[] | undefined): vscode.Uri[] {
  const others = (selection ?? []).filter((one) => one.toString() !== scan?.toString() && opensInEditor(one.path))
  return scan === undefined ? others : [scan, ...others]
}

async function isFolder(place: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(place).then(
    ({ type }) => (type & vscode.FileType.Directory) !== 0,
    // Its editor says that it is gone.
    () => false,
  )
}

async function scansInFront(editors: ScanEditors): Promise<vscode.Uri[]> {
  const scan = await scanInFront(editors)
  return scan === undefined ? [] : [scan]
}

/** For what works on the scan whose editor is in front. */
function withSession(
  { editors }: Pick<CommandParts, 'editors'>,
  work: (session: ScanSession) => Promise<unknown>,
): CommandWork {
  return () => inFront(editors, work)
}

async function inFront(editors: ScanEditors, work: (session: ScanSession) => Promise<unknown>): Promise<void> {
  const session = editors.active()
  if (session === undefined) void vscode.window.showInformationMessage('Open a scan in the MedLSAM scan editor first.')
  else await work(session)
}
