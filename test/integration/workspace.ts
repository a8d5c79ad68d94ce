import assert from 'node:assert/strict'
import path from 'node:path'
import * as vscode from 'vscode'
import type { ExtensionApi } from '../../src/host/activateExtension.js'

/** What `activate()` of the extension under test gave back. */
export async function extensionApi(): Promise<ExtensionApi> {
  const extension = vscode.extensions.getExtension<ExtensionApi>('medlsam.medlsam')
  assert.ok(extension, 'the extension is installed')
  return extension.activate()
}

/** A file of the workspace that the runner made. */
export function workspaceFile(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.at(0)
  assert.ok(folder, 'a folder is open')
  return vscode.Uri.file(path.join(folder.uri.fsPath, name))
}

/** Waits until something holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `still not so: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Deletes a file; one that a failed test never wrote must not hide why it failed. */
export async function removeIfThere(file: vscode.Uri): Promise<void> {
  if (
    await vscode.workspace.fs.stat(file).then(
      () => true,
      () => false,
    )
  )
    await vscode.workspace.fs.delete(file)
}
