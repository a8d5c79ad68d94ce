import * as vscode from 'vscode'
import { EDITOR_ENDINGS } from '../../shared/scanNames.js'
import { sayErrors } from '../sayErrors.js'
import { SCAN_EDITOR } from './scanEditors.js'

/** Whether the associations with our editor are ours to take back. */
const KEY = 'medlsam.associated'
const PATTERNS = EDITOR_ENDINGS.map((ending) => `*${ending}`)

/** Follows the setting that makes ours the editor that a click on a scan opens. */
export function followDefaultEditorSetting(state: vscode.Memento): vscode.Disposable {
  const follow = (): void =>
    void sayErrors(async () => {
      await associate(isWanted())
      await state.update(KEY, isWanted())
    })
  // Turned on or off while no window ran us: catch up. What users associate by themselves is left alone.
  if (isWanted() || state.get<boolean>(KEY) === true) follow()
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('medlsam.editor.default')) follow()
  })
}

function isWanted(): boolean {
  return vscode.workspace.getConfiguration('medlsam.editor').get<boolean>('default', false)
}

async function associate(wanted: boolean): Promise<void> {
  const workbench = vscode.workspace.getConfiguration('workbench')
  const before = workbench.inspect<Record<string, string>>('editorAssociations')?.globalValue ?? {}
  if (wanted && PATTERNS.every((pattern) => before[pattern] === SCAN_EDITOR)) return
  const kept = Object.entries(before).filter(
    ([pattern, editor]) => !(PATTERNS.includes(pattern) && (wanted || editor === SCAN_EDITOR)),
  )
  const ours = wanted ? PATTERNS.map((pattern) => [pattern, SCAN_EDITOR] as const) : []
  await workbench.update(
    'editorAssociations',
    Object.fromEntries([...kept, ...ours]),
    vscode.ConfigurationTarget.Global,
  )
}
