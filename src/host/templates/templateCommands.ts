import * as vscode from 'vscode'
import type { ScanEditors } from '../editor/scanEditors.js'
import { checkTemplatesMethod } from '../../protocol/rpc.js'
import type { EngineClient } from '../engine/engineClient.js'
import { RunCancelled } from '../engine/engineErrors.js'
import { renameSetStructure } from '../../shared/templateSetEdit.js'
import { showCheck } from './checkPanel.js'
import { pickSet } from './pickSet.js'
import type { TemplateStore } from './templateStore.js'
import type { TemplateNode } from './templateNode.js'

/** What the commands of the Templates view work with. */
export interface TemplateContext {
  readonly store: TemplateStore
  readonly engine: EngineClient
  readonly editors: ScanEditors
}

/** Renames a set or a structure of one. */
export async function renameNode(store: TemplateStore, node: TemplateNode | undefined): Promise<void> {
  if (node?.kind !== 'set' && node?.kind !== 'structure') return
  const set = store.set(node.setPath)?.set
  if (!set) return
  const old = node.kind === 'set' ? set.name : node.structure
  const name = await vscode.window.showInputBox({
    title: `Rename ${old}`,
    value: old,
    validateInput: (value) => {
      if (value.trim() === '') return 'Give it a name.'
      const taken =
        node.kind === 'structure' &&
        value.trim() !== old &&
        set.structures.some((structure) => structure.name === value.trim())
      return taken ? `${value.trim()} is in the set already.` : undefined
    },
  })
  if (name === undefined || name.trim() === old) return
  await store.update(node.setPath, (now) =>
    node.kind === 'set' ? { ...now, name: name.trim() } : renameSetStructure(now, old, name.trim()),
  )
}

/** Finds every template of a set with the other ones and shows the errors in the tree. */
export async function checkSet(context: TemplateContext, node: TemplateNode | undefined): Promise<void> {
  const setPath = node?.kind === 'set' ? node.setPath : await pickSet(context.store, 'Check Templates')
  const stored = setPath === undefined ? undefined : context.store.set(setPath)
  if (setPath === undefined || stored?.set == null) return
  if (stored.set.scans.filter((scan) => scan.enabled).length < 2) {
    void vscode.window.showWarningMessage(
      `${stored.name} needs at least two scans in use: each is looked for with the others.`,
    )
    return
  }
  const report = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Checking ${stored.name}`, cancellable: true },
    async (progress, token) => {
      const abort = new AbortController()
      token.onCancellationRequested(() => {
        abort.abort()
      })
      try {
        return await context.engine.run(
          checkTemplatesMethod,
          { setPath },
          {
            signal: abort.signal,
            onProgress: ({ done, total, detail }) => {
              progress.report({ message: `${detail ?? ''} ${total > 0 ? `${done} of ${total}` : ''}`.trim() })
            },
          },
        )
      } catch (error) {
        if (error instanceof RunCancelled) return null
        throw error
      }
    },
  )
  if (report === null) return
  context.store.setCheck(setPath, stored.set, report)
  showCheck(setPath, stored.set, report)
  const flagged = report.rows.filter((row) => row.flagged)
  const problems = report.problems.length > 0 ? ` ${report.problems.join(' ')}` : ''
  if (report.rows.length === 0)
    void vscode.window.showWarningMessage(
      `There is nothing to compare in ${stored.name}: no structure is in two scans that are in use.${problems}`,
    )
  else if (flagged.length === 0)
    void vscode.window.showInformationMessage(`The templates of ${stored.name} agree with each other.${problems}`)
  else
    void vscode.window.showWarningMessage(
      `Check the points of ${flagged.map((row) => `${row.structure} in ${row.template}`).join(', ')}.${problems}`,
    )
}

/** Opens the file of a set as text. */
export async function openSetFile(node: TemplateNode | undefined): Promise<void> {
  if (node?.kind === 'set') await vscode.window.showTextDocument(vscode.Uri.file(node.setPath))
}
