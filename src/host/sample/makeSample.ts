import { fork } from 'node:child_process'
import { once } from 'node:events'
import * as vscode from 'vscode'

/** Where the sample lies. It is no patient's: a seed makes it. */
const NAME = 'sample_ct.nii.gz'

/** The sample scan; drawn in a process of its own the first time, which takes some seconds. @throws Error when it cannot be made */
export async function makeSample({ extensionUri, globalStorageUri }: vscode.ExtensionContext): Promise<vscode.Uri> {
  const folder = vscode.Uri.joinPath(globalStorageUri, 'sample')
  const scan = vscode.Uri.joinPath(folder, NAME)
  if (await isThere(scan)) return scan
  await vscode.workspace.fs.createDirectory(folder)
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Drawing a sample scan of no patient…' },
    () => draw(vscode.Uri.joinPath(extensionUri, 'dist', 'sample.mjs').fsPath, scan.fsPath),
  )
  return scan
}

async function draw(program: string, file: string): Promise<void> {
  const child = fork(program, [file], {
    // In a desktop VS Code the executable is Electron, which must be told to be plain Node.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    execArgv: [],
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error('The sample scan could not be made. Check that there is space left on the disk.')
}

async function isThere(file: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(file).then(
    () => true,
    () => false,
  )
}
