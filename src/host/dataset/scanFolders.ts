import path from 'node:path'
import * as vscode from 'vscode'
import { EDITOR_ENDINGS } from '../../shared/scanNames.js'
import { sayErrors } from '../sayErrors.js'

const SCANS = `**/*{${EDITOR_ENDINGS.join()}}`
/** Enough to know the folders of any data set that is worth a menu. */
const LIMIT = 20_000
/** Data sets are copied file by file. */
const SETTLED_MS = 1000

/** Tells VS Code which folders of the workspace hold scans: only they have the menu entry for a whole folder. */
export function tellScanFolders(): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined
  const look = (): void => {
    // Not put off again by every file: while a run writes its results, that would never end.
    timer ??= setTimeout(() => {
      timer = undefined
      void sayErrors(tell)
    }, SETTLED_MS)
  }
  const lookIntoFolder = async (uri: vscode.Uri): Promise<void> => {
    const isFolder = await vscode.workspace.fs.stat(uri).then(
      ({ type }) => (type & vscode.FileType.Directory) !== 0,
      // It is gone again.
      () => false,
    )
    if (isFolder) look()
  }
  void sayErrors(tell)
  const scans = vscode.workspace.createFileSystemWatcher(SCANS, false, true, false)
  // Of a folder that comes with its files the system may tell nothing but that the folder is there.
  const all = vscode.workspace.createFileSystemWatcher('**', false, true, true)
  return vscode.Disposable.from(
    scans,
    scans.onDidCreate(look),
    scans.onDidDelete(look),
    all,
    all.onDidCreate((uri) => void lookIntoFolder(uri)),
    vscode.workspace.onDidChangeWorkspaceFolders(look),
    // Whoever comes back from another window may have copied scans there.
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused) look()
    }),
    {
      dispose: () => {
        clearTimeout(timer)
      },
    },
  )
}

async function tell(): Promise<void> {
  const found = await vscode.workspace.findFiles(SCANS, '**/node_modules/**', LIMIT)
  const folders = foldersAbove(
    found.map(({ fsPath }) => fsPath),
    (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath),
  )
  await vscode.commands.executeCommand('setContext', 'medlsam.scanFolders', folders)
}

/** Every folder above these files, up to those of the workspace. */
function foldersAbove(files: readonly string[], roots: readonly string[]): string[] {
  const folders = new Set<string>()
  for (const file of files)
    for (let at = file; !roots.includes(at) && at !== path.dirname(at);) {
      at = path.dirname(at)
      if (folders.has(at)) break
      folders.add(at)
    }
  return [...folders]
}
