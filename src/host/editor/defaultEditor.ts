import * as vscode from 'vscode'
import { sayErrors } from '../sayErrors.js'
import { rivalEditors, SCAN_PATTERNS, type RivalEditor } from './rivalEditors.js'
import { SCAN_EDITOR } from './scanEditors.js'

/** Whether the associations with our editor are ours to take back. */
const KEY = 'medlsam.associated'
/** View types of the editors that the user was asked about. */
const ASKED = 'medlsam.askedAbout'
const OURS = 'Open Scans in MedLSAM'
const THEIRS = 'Leave'

/**
 * Keeps a click on a scan to one editor: follows the setting that makes ours the default everywhere, and asks once where
 * another extension claims the same files.
 */
export function followDefaultEditor(extension: vscode.Extension<unknown>, state: vscode.Memento): vscode.Disposable {
  const follow = (): void =>
    void sayErrors(async () => {
      await associate(isWanted())
      await state.update(KEY, isWanted())
    })
  const ask = (): void => void sayErrors(() => askAboutRivals(extension, state))
  // Turned on or off while no window ran us: catch up. What users associate by themselves is left alone.
  if (isWanted() || state.get<boolean>(KEY) === true) follow()
  ask()
  return vscode.Disposable.from(
    vscode.extensions.onDidChange(ask),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('medlsam.editor.default')) follow()
    }),
  )
}

async function askAboutRivals(extension: vscode.Extension<unknown>, state: vscode.Memento): Promise<void> {
  const asked = state.get<readonly string[]>(ASKED, [])
  const known = associations()
  const rivals = rivalEditors(
    vscode.extensions.all.filter(({ id }) => id !== extension.id).map(({ packageJSON }) => packageJSON as unknown),
  ).filter(({ viewType, patterns }) => !asked.includes(viewType) && patterns.some((one) => known[one] === undefined))
  if (isWanted() || rivals.length === 0) return
  // Before the answer: a second window must not ask again.
  await state.update(ASKED, [...asked, ...rivals.map(({ viewType }) => viewType)])
  const names = [...new Set(rivals.map(({ name }) => name))].join(' and ')
  const picked = await vscode.window.showInformationMessage(
    `${names} and MedLSAM both open scans such as ${rivals[0].patterns[0]}. Which of them should a click open?`,
    OURS,
    THEIRS,
  )
  if (picked === OURS)
    await vscode.workspace.getConfiguration('medlsam.editor').update('default', true, vscode.ConfigurationTarget.Global)
  else if (picked === THEIRS) await leaveTo(rivals)
}

/** Writes it down, or VS Code would ask by itself with the next scan. */
async function leaveTo(rivals: readonly RivalEditor[]): Promise<void> {
  const theirs = rivals.flatMap(({ viewType, patterns }) => patterns.map((pattern) => [pattern, viewType] as const))
  await writeAssociations({ ...Object.fromEntries(theirs), ...associations() })
}

function isWanted(): boolean {
  return vscode.workspace.getConfiguration('medlsam.editor').get<boolean>('default', false)
}

async function associate(wanted: boolean): Promise<void> {
  const before = associations()
  if (wanted && SCAN_PATTERNS.every((pattern) => before[pattern] === SCAN_EDITOR)) return
  const kept = Object.entries(before).filter(
    ([pattern, editor]) => !(SCAN_PATTERNS.includes(pattern) && (wanted || editor === SCAN_EDITOR)),
  )
  const ours = wanted ? SCAN_PATTERNS.map((pattern) => [pattern, SCAN_EDITOR] as const) : []
  await writeAssociations(Object.fromEntries([...kept, ...ours]))
}

function associations(): Readonly<Partial<Record<string, string>>> {
  const workbench = vscode.workspace.getConfiguration('workbench')
  return workbench.inspect<Record<string, string>>('editorAssociations')?.globalValue ?? {}
}

async function writeAssociations(all: Readonly<Partial<Record<string, string>>>): Promise<void> {
  await vscode.workspace
    .getConfiguration('workbench')
    .update('editorAssociations', all, vscode.ConfigurationTarget.Global)
}
