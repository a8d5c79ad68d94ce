import * as vscode from 'vscode'
import { DEFAULT_RUN_OPTIONS } from '../../shared/requests.js'
import type { RunOptions } from '../../shared/sidecar.js'
import type { Structure } from '../../shared/structure.js'
import { isUnread } from '../templates/bankFiles.js'
import type { TemplateStore } from '../templates/templateStore.js'

/** What a run looks for and with which templates. */
export interface RunChoice {
  /** Name of a built-in bank or path of a set: what the engine takes. */
  readonly templates: string
  readonly title: string
  /** Null for all. */
  readonly structures: readonly string[] | null
}

/** The options of a run: what was chosen, and what the settings say for that scan or folder. */
export function runSettings(scope: vscode.Uri, { structures }: RunChoice): Partial<RunOptions> {
  const settings = vscode.workspace.getConfiguration('medlsam.run', scope)
  return {
    structures,
    sliceStep: settings.get('sliceStep', 1),
    minConfidence: settings.get('minConfidence', DEFAULT_RUN_OPTIONS.minConfidence),
  }
}

const LAST_TEMPLATES = 'medlsam.lastTemplates'
const LAST_STRUCTURES = 'medlsam.lastStructures'

/**
 * Asks for templates and structures; what was chosen last comes first and is ticked. The lists stay when the scan's
 * editor, which may be opening meanwhile, takes the focus.
 */
export async function chooseRun(
  context: vscode.ExtensionContext,
  store: TemplateStore,
  loadBanks: () => Promise<void>,
): Promise<RunChoice | undefined> {
  const templates = await chooseTemplates(context, store)
  if (templates === undefined) return undefined
  const all = await structuresOf(store, templates.id, loadBanks)
  if (all.length === 0) {
    void vscode.window.showWarningMessage(
      store.bank(templates.id)?.problem ?? `${templates.title} has no structures yet: add a marked scan to it first.`,
    )
    return undefined
  }
  const names = await chooseStructures(context, templates.id, all)
  if (names === undefined) return undefined
  await context.workspaceState.update(LAST_TEMPLATES, templates.id)
  return { templates: templates.id, title: templates.title, structures: names.length === all.length ? null : names }
}

async function chooseTemplates(
  context: vscode.ExtensionContext,
  store: TemplateStore,
): Promise<{ readonly id: string; readonly title: string } | undefined> {
  await store.ready
  const last = context.workspaceState.get<string>(LAST_TEMPLATES)
  const own = store
    .sets()
    .filter(({ set }) => set !== null)
    .map((stored) => ({
      label: stored.name,
      description: vscode.workspace.asRelativePath(stored.path),
      id: stored.path,
      title: stored.name,
    }))
  const banks = store.banks().map(({ id, name, builtIn }) => ({
    label: name,
    description: builtIn ? 'built in' : vscode.workspace.asRelativePath(id),
    id,
    title: name,
  }))
  const items = [...own, ...banks].sort((a, b) => Number(b.id === last) - Number(a.id === last))
  if (items.length === 0) {
    void vscode.window.showWarningMessage(
      'There are no templates yet: make a template set in the Templates view first.',
    )
    return undefined
  }
  return vscode.window.showQuickPick(items, {
    title: 'Localize & Segment (1/2): templates',
    placeHolder: 'Templates that show which organs to look for',
    ignoreFocusOut: true,
  })
}

/** The structures of a set or bank; of a bank once the engine has told. */
export async function structuresOf(
  store: TemplateStore,
  id: string,
  loadBanks: () => Promise<void>,
): Promise<readonly Structure[]> {
  const set = store.sets().find(({ path }) => path === id)?.set
  if (set) return set.structures
  if (isUnread(store.bank(id))) await loadBanks()
  return store.bank(id)?.info?.structures ?? []
}

async function chooseStructures(
  context: vscode.ExtensionContext,
  templates: string,
  all: readonly Structure[],
): Promise<readonly string[] | undefined> {
  const remembered = context.workspaceState.get<Record<string, string[]>>(LAST_STRUCTURES, {})
  const last = Object.hasOwn(remembered, templates) ? remembered[templates] : null
  const picked = await vscode.window.showQuickPick(
    all.map(({ name }) => ({ label: name, picked: last === null || last.includes(name) })),
    {
      title: 'Localize & Segment (2/2): structures',
      placeHolder: 'Structures to look for',
      canPickMany: true,
      ignoreFocusOut: true,
    },
  )
  if (picked === undefined) return undefined
  const names = picked.map(({ label }) => label)
  if (names.length === 0) {
    void vscode.window.showWarningMessage('Nothing was started, since no structure was ticked: tick at least one.')
    return undefined
  }
  await context.workspaceState.update(LAST_STRUCTURES, { ...remembered, [templates]: names })
  return names
}
