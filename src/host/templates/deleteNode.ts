import path from 'node:path'
import * as vscode from 'vscode'
import type { TemplateSet } from '../../shared/templateSet.js'
import { removeScan, removeScanStructure, removeSetStructure, restoreRemoved } from '../../shared/templateSetEdit.js'
import type { TemplateStore } from './templateStore.js'
import type { TemplateNode } from './templateNode.js'

type Undo = () => Promise<void>

/** Deletes a set, a structure of one, or a scan's points of a structure; offers to undo it. */
export async function deleteNode(store: TemplateStore, node: TemplateNode | undefined): Promise<void> {
  if (node === undefined || node.kind === 'bank' || node.kind === 'bankStructure') return
  const set = store.set(node.setPath)?.set
  if (node.kind === 'set')
    return offerUndo(`${path.basename(node.setPath)} was deleted.`, await store.remove(node.setPath))
  // The view may be a moment behind: what is gone already needs no deleting.
  if (!set?.structures.some(({ name }) => name === node.structure)) return
  if (node.kind === 'structure')
    return offerUndo(
      `${node.structure} of ${set.name} was deleted.`,
      await takeOut(store, node.setPath, (now) => removeSetStructure(now, node.structure)),
    )
  return offerUndo(
    `${node.structure} in ${node.scanId} was deleted.`,
    await takeOut(store, node.setPath, (now) => removeScanStructure(now, node.scanId, node.structure)),
  )
}

/** Takes a scan with all its points out of a set; offers to undo it. */
export async function removeScanNode(store: TemplateStore, node: TemplateNode | undefined): Promise<void> {
  if (node?.kind !== 'scan') return
  const undo = await takeOut(store, node.setPath, (now) => removeScan(now, node.scanId))
  const name = store.set(node.setPath)?.name ?? path.basename(node.setPath)
  await offerUndo(`${node.scanId} is no template of ${name} any more; the scan itself is where it was.`, undo)
}

/** Changes a set so that something is gone; what it returns brings just that back, whatever else has changed by then. */
async function takeOut(
  store: TemplateStore,
  setPath: string,
  change: (set: TemplateSet) => TemplateSet,
): Promise<Undo> {
  let undo: (now: TemplateSet) => TemplateSet = (now) => now
  await store.update(setPath, (before) => {
    const after = change(before)
    undo = (now) => restoreRemoved(now, before, after)
    return after
  })
  return () => store.update(setPath, undo)
}

async function offerUndo(text: string, undo: Undo): Promise<void> {
  if ((await vscode.window.showInformationMessage(text, 'Undo')) === 'Undo') await undo()
}
