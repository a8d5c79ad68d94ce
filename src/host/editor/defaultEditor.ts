import * as vscode from 'vscode'
import { SCAN_EDITOR } from './scanEditors.js'

const PATTERNS = ['*.nii', '*.nii.gz', '*.nrrd', '*.mha']

/** Follows the setting that makes ours the editor that a click on a scan opens. */
export function followDefaultEditorSetting(): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration(async (event) => {
    if (!event.affectsConfiguration('medlsam.editor.default')) return
    const wanted = vscode.workspace.getConfiguration('medlsam.editor').get<boolean>('default', false)
    const workbench = vscode.workspace.getConfiguration('workbench')
    const before = workbench.inspect<Record<string, string>>('editorAssociations')?.globalValue ?? {}
    const kept = Object.entries(before).filter(([pattern, editor]) => !(PATTERNS.includes(pattern) && editor === SCAN_EDITOR))
    const after = wanted ? [...kept.filter(([pattern]) => !PATTERNS.includes(pattern)), ...PATTERNS.map((pattern) => [pattern, SCAN_EDITOR] as const)] : kept
    await workbench.update('editorAssociations', Object.fromEntries(after), vscode.ConfigurationTarget.Global)
  })
}
