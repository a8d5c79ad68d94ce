import * as vscode from 'vscode'
import { replaceFile } from '../shared/node/wholeFiles.js'

/**
 * Writes a file of any file system. On this machine the old file stays until all of the new one is there;
 * VS Code's own rename cannot be used for that, since it deletes what is in the way before it tries.
 * @throws Error with the reason
 */
export async function writeWhole(file: vscode.Uri, bytes: Uint8Array): Promise<void> {
  if (file.scheme === 'file') await replaceFile(file.fsPath, bytes)
  else await vscode.workspace.fs.writeFile(file, bytes)
}
