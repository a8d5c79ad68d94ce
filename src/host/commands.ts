import * as vscode from 'vscode'
import type { ScanAction } from '../protocol/scanEditor.js'
import { VIEW_COMMANDS } from '../protocol/viewCommand.js'
import { askForFolder, scanInFront } from './askForScan.js'
import type { FolderRuns } from './dataset/folderRuns.js'
import type { ScanSession } from './editor/scanSession.js'
import { stopEngine } from './engine/stopEngine.js'
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
import type { RunKeeper } from './segment/runKeeper.js'
import type { RunServices } from './segment/runServices.js'
import { addMarkedScan, chooseScans, useLabelMap } from './templates/addTemplates.js'
import { deleteNode, removeScanNode } from './templates/deleteNode.js'
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
}

/** What a command does. VS Code hands over whatever it is called on: a node of a view, a file, or nothing. */
type CommandWork = (argument: never) => unknown

/** Commands by their names without `medlsam.`. */
type Commands = Readonly<Record<string, CommandWork>>

/** Registers the commands of the extension; what goes wrong in one is shown as a message. */
export function registerCommands(parts: CommandParts): vscode.Disposable[] {
  const commands = {
    ...viewCommands(parts),
    ...runCommands(parts),
    ...templateCommands(parts),
    ...modelCommands(parts),
  }
  return Object.entries(commands).map(([name, work]) =>
    vscode.commands.registerCommand(`medlsam.${name}`, (argument: never) =>
      sayErrors(async () => {
        await work(argument)
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
      slot.cancel()
      return
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
    openScan: withScan(parts, (scan) => editors.open(scan)),
    addStructure: withSession(parts, (session) => handlePointsRequest(session, { kind: 'add' })),
  }
}

function runCommands(parts: CommandParts): Commands {
  const { runs, folders, slot, engine, loadBanks } = parts
  return {
    segment: trusted(withScan(parts, (scan) => runs.start(scan))),
    segmentFolder: trusted(async (folder: vscode.Uri | undefined) => {
      const target = folder ?? (await askForFolder())
      if (target !== undefined) await folders.start(target)
    }),
    cancel: () => {
      slot.cancel()
    },
    pauseFolder: () => {
      folders.togglePause()
    },
    restartEngine: trusted(async () => {
      if (await stopEngine(engine)) await loadBanks()
    }),
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
  return (argument) => whenTrusted(() => work(argument))
}

/** For what works on a scan: the one that it is called on, or the one in front. */
function withScan({ editors }: CommandParts, work: (scan: vscode.Uri) => Promise<unknown>): CommandWork {
  return async (argument: vscode.Uri | undefined) => {
    const scan = argument ?? (await scanInFront(editors))
    if (scan !== undefined) await work(scan)
  }
}

/** For what works on the scan whose editor is in front. */
function withSession({ editors }: CommandParts, work: (session: ScanSession) => Promise<unknown>): CommandWork {
  return async () => {
    const session = editors.active()
    if (session === undefined)
      void vscode.window.showInformationMessage('Open a scan in the MedLSAM scan editor first.')
    else await work(session)
  }
}
