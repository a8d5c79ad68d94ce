import { randomBytes } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import * as vscode from 'vscode'

/**
 * Writes a file of any file system so that other programs see either the old content or all of the new:
 * to a temporary file in the same folder, which then takes the name. On failure the old file is as it was.
 * @throws vscode.FileSystemError with the reason
 */
export async function writeWhole(file: vscode.Uri, bytes: Uint8Array): Promise<void> {
  const target = await behindLinks(file)
  const name = target.path.slice(target.path.lastIndexOf('/') + 1)
  const temporary = vscode.Uri.joinPath(target, '..', `.${name}.${randomBytes(6).toString('hex')}.part`)
  try {
    await vscode.workspace.fs.writeFile(temporary, bytes)
    await vscode.workspace.fs.rename(temporary, target, { overwrite: true })
  } catch (error) {
    await vscode.workspace.fs.delete(temporary).then(undefined, () => undefined)
    throw error
  }
}

/** A link keeps pointing where it did: the file behind it is written. */
async function behindLinks(file: vscode.Uri): Promise<vscode.Uri> {
  if (file.scheme !== 'file') return file
  return realpath(file.fsPath).then((real) => vscode.Uri.file(real), () => file)
}
