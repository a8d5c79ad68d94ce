import path from 'node:path'
import * as vscode from 'vscode'
import { SET_SUFFIX } from '../../shared/node/templateSetPaths.js'
import { emptyTemplateSet } from '../../shared/templateSet.js'
import type { TemplateStore } from './templateStore.js'

/** Makes an empty template set in the workspace and answers with its path. */
export async function newSet(store: TemplateStore): Promise<string | undefined> {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')
  if (folder === undefined) {
    void vscode.window.showWarningMessage('Open a folder first: template sets are files in it.')
    return undefined
  }
  const name = await vscode.window.showInputBox({
    title: 'New Template Set',
    prompt: `A file in ${folder.name} that ends in ${SET_SUFFIX}`,
    placeHolder: 'my-organs',
    validateInput: (value) => {
      if (!/^[\w. -]+$/.test(value.trim())) return 'Use letters, digits, spaces, dots and dashes.'
      return store.set(setPathFor(folder.uri, value)) !== undefined ? 'A set of this name is there already.' : undefined
    },
  })
  if (name === undefined) return undefined
  const setPath = setPathFor(folder.uri, name)
  await store.create(setPath, emptyTemplateSet(name.trim()))
  return setPath
}

/** Lets the user choose a set of their own, or make one; answers with its path. */
export async function pickSet(store: TemplateStore, title: string): Promise<string | undefined> {
  await store.ready
  const own = store.sets().filter((stored) => stored.set !== null)
  if (own.length === 0) return newSet(store)
  const fresh = { label: '$(add) New template set…', setPath: null }
  const picked = await vscode.window.showQuickPick(
    [
      ...own.map((stored) => ({
        label: stored.name,
        description: vscode.workspace.asRelativePath(stored.path),
        setPath: stored.path,
      })),
      fresh,
    ],
    { title },
  )
  if (picked === undefined) return undefined
  return picked.setPath ?? newSet(store)
}

function setPathFor(folder: vscode.Uri, name: string): string {
  return path.join(folder.fsPath, `${name.trim().replaceAll(' ', '-')}${SET_SUFFIX}`)
}
